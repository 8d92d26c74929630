/* Runs the tests of the C core in native/. The first failed check ends the program. */

#include "check.h"

int main(void) {
  const struct test *const files[] = {latency_tests,  log_tests,      batch_tests, account_tests,
                                      producer_tests, consumer_tests, admin_tests, deadline_tests};
  int passed = 0;
  for (size_t file = 0; file < sizeof files / sizeof *files; file++) {
    for (const struct test *test = files[file]; test->sentence; test++, passed++) {
      printf("%s\n", test->sentence);
      fflush(stdout);
      test->run();
    }
  }
  printf("%d tests passed\n", passed);
  return 0;
}
