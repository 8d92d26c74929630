/*
 * A small driver for LLVMFuzzerTestOneInput, for compilers without libFuzzer. Replays a corpus, then runs mutations drawn from a
 * seed. Prints a failing input as a line for the corpus. With clang, -fsanitize=fuzzer replaces this file.
 *
 *   fuzz <corpus> <executions> <seed>
 *
 * The corpus is a text file with one hexadecimal input per line. Spaces, and text after #, are ignored.
 */

#include <stdbool.h>
#include <string.h>

#include "check.h"
#include "clock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Sanitizer runtime: sets a callback that runs before the program ends; with handle_abort=1, also on abort(). */
void __sanitizer_set_death_callback(void (*callback)(void)); /* NOLINT(bugprone-reserved-identifier) */

enum { longest = 2048, most_inputs = 256 };

struct text {
  uint8_t bytes[longest];
  size_t size;
};

static struct text current; /* printed on failure */

static void report(void) {
  fputs("input: ", stderr);
  for (size_t i = 0; i < current.size; i++)
    fprintf(stderr, "%02x", current.bytes[i]);
  fputc('\n', stderr);
}

/* A number from 0 to `most` (below 2^32), by xorshift64*: the same seed gives the same mutations on every machine. */
static size_t draw(uint64_t *state, size_t most) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return (*state * 0x2545f4914f6cdd1dULL >> 32) * (most + 1) >> 32;
}

static void insert(struct text *text, size_t at, uint8_t value) {
  if (text->size == longest) return;
  memmove(text->bytes + at + 1, text->bytes + at, text->size - at);
  text->bytes[at] = value;
  text->size++;
}

static void cut(struct text *text, size_t at, size_t length) {
  if (at >= text->size) return;
  if (length > text->size - at) length = text->size - at;
  memmove(text->bytes + at, text->bytes + at + length, text->size - at - length);
  text->size -= length;
}

static void mutate(struct text *text, const struct text *other, uint64_t *state) {
  static const uint8_t boundaries[] = {0, 1, 2, 3, 4, 127, 128, 129, 254, 255};
  size_t at = draw(state, text->size);
  bool inside = at < text->size;
  switch (draw(state, 5)) {
  case 0:
    if (inside) text->bytes[at] ^= (uint8_t)(1u << draw(state, 7));
    break;
  case 1:
    if (inside) text->bytes[at] = boundaries[draw(state, sizeof boundaries - 1)];
    break;
  case 2:
    insert(text, at, (uint8_t)draw(state, 255));
    break;
  case 3:
    cut(text, at, 1 + draw(state, 15));
    break;
  case 4:
    for (int i = 0; i < 5; i++) /* a 4-byte number */
      insert(text, at, i < 4 ? (uint8_t)draw(state, 255) : 255);
    break;
  default:
    for (size_t from = draw(state, other->size), left = draw(state, 63); left > 0 && from < other->size; left--)
      insert(text, at++, other->bytes[from++]);
    break;
  }
}

/* Value of a hexadecimal digit; -1 if it is none. */
static int value_of(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static void parse(const char *line, struct text *text) {
  text->size = 0;
  int digits = 0, value = 0;
  for (; *line && *line != '#' && text->size < longest; line++) {
    int digit = value_of(*line);
    if (digit < 0) continue;
    value = value * 16 + digit;
    if (++digits % 2 > 0) continue;
    text->bytes[text->size++] = (uint8_t)value;
    value = 0;
  }
}

static size_t read_corpus(const char *path, struct text *corpus) {
  char line[3 * longest];
  size_t count = 0;
  FILE *file = fopen(path, "r");
  check(file != NULL);
  while (count < most_inputs && fgets(line, sizeof line, file)) {
    parse(line, &corpus[count]);
    count += corpus[count].size > 0;
  }
  fclose(file);
  check(count > 0);
  return count;
}

int main(int argument_count, char **arguments) {
  static struct text corpus[most_inputs];
  check_equal(argument_count, 4);
  size_t inputs = read_corpus(arguments[1], corpus);
  unsigned long executions = strtoul(arguments[2], NULL, 10);
  uint64_t state = strtoul(arguments[3], NULL, 10) * 2 + 1;
  __sanitizer_set_death_callback(report);

  int64_t start_us = clock_now_us();
  for (size_t i = 0; i < inputs; i++) {
    current = corpus[i];
    LLVMFuzzerTestOneInput(current.bytes, current.size);
  }
  for (unsigned long i = 0; i < executions; i++) {
    current = corpus[draw(&state, inputs - 1)];
    for (size_t mutations = 1 + draw(&state, 5); mutations > 0; mutations--)
      mutate(&current, &corpus[draw(&state, inputs - 1)], &state);
    uint8_t *exact = malloc(current.size);
    check(exact != NULL);
    memcpy(exact, current.bytes, current.size);
    LLVMFuzzerTestOneInput(exact, current.size);
    free(exact);
  }
  double seconds = (double)(clock_now_us() - start_us) / 1e6;
  printf("%zu inputs and %lu mutations, %.0f per second, seed %s\n", inputs, executions, (double)(inputs + executions) / seconds,
         arguments[3]);
  return 0;
}
