import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.Serializable;
import java.time.YearMonth;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the records of a stream by its contract, exactly as `verify` does (src/record/contract-reader.ts): a record that breaks the contract
 * does not count. Fields that the contract does not name are ignored.
 */
final class RecordReader implements Serializable {
  private static final long serialVersionUID = 1;
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final long LAST_TIME_MS = 253402300799999L;
  private static final Pattern UUID = Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
  private static final Pattern ISO_TIME = Pattern.compile("(\\d{4})-(\\d\\d)-(\\d\\d)T(\\d\\d):(\\d\\d):(\\d\\d)\\.(\\d{3})Z");

  /** Stands for a value that breaks the contract. */
  private static final Object BREACH = Boolean.class;

  private interface Accept extends Serializable {
    Object accept(Object value);
  }

  private static final class Field implements Serializable {
    private static final long serialVersionUID = 1;
    final boolean optional;
    final double scale;
    final Accept accept;

    Field(boolean optional, double scale, Accept accept) {
      this.optional = optional;
      this.scale = scale;
      this.accept = accept;
    }
  }

  private final Map<String, Integer> indices = new HashMap<>();
  private final List<Field> fields = new ArrayList<>();

  RecordReader(JsonNode declared) {
    for (JsonNode field : declared) {
      indices.put(WindowSpec.text(field, "name"), fields.size());
      fields.add(fieldOf(WindowSpec.required(field, "contract")));
    }
  }

  int indexOf(String name) {
    Integer index = indices.get(name);
    if (index == null) throw new IllegalArgumentException("the stream has no field \"" + name + "\"");
    return index;
  }

  double scaleOf(int index) {
    return fields.get(index).scale;
  }

  /** The values of a valid record in the order of the fields; null for an invalid one. */
  Object[] read(byte[] value) {
    // Jackson would take it for UTF-16 or UTF-32.
    for (int at = 0; at < Math.min(4, value.length); at++) if (value[at] == 0) return null;
    Object[] record = new Object[fields.size()];
    boolean[] found = new boolean[record.length];
    try (JsonParser parser = FACTORY.createParser(value)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) return null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        Integer index = indices.get(parser.currentName());
        JsonToken token = parser.nextToken();
        if (index == null) {
          parser.skipChildren();
          continue;
        }
        // Of a name that occurs twice, the last value counts.
        record[index] = valueOf(parser, token);
        found[index] = true;
      }
      if (parser.nextToken() != null) return null;
    } catch (IOException malformed) {
      return null;
    }
    for (int index = 0; index < record.length; index++) {
      Field field = fields.get(index);
      if (!found[index] || record[index] == null) {
        if (!field.optional) return null;
        record[index] = null;
        continue;
      }
      record[index] = field.accept.accept(record[index]);
      if (record[index] == BREACH) return null;
    }
    return record;
  }

  private static Object valueOf(JsonParser parser, JsonToken token) throws IOException {
    switch (token) {
      case VALUE_STRING:
        return parser.getText();
      case VALUE_NUMBER_INT:
      case VALUE_NUMBER_FLOAT:
        return parser.getDoubleValue();
      case VALUE_TRUE:
      case VALUE_FALSE:
        return token == JsonToken.VALUE_TRUE;
      case VALUE_NULL:
        return null;
      default:
        parser.skipChildren();
        return BREACH;
    }
  }

  private static Field fieldOf(JsonNode contract) {
    boolean optional = contract.path("optional").asBoolean();
    switch (WindowSpec.text(contract, "type")) {
      case "int":
        return new Field(optional, 1, integer(contract.get("min").asLong(), contract.get("max").asLong(), 1));
      case "decimal":
        double scale = Math.pow(10, contract.get("places").asInt());
        long least = contract.get("min").asLong();
        long greatest = contract.get("max").asLong();
        return new Field(optional, scale, value -> decimal(value, least, greatest, scale));
      case "bool":
        return new Field(optional, 1, value -> value instanceof Boolean ? value : BREACH);
      case "uuid":
        return new Field(optional, 1, matching(UUID));
      case "one_of":
        Set<String> values = new HashSet<>();
        for (JsonNode one : contract.get("values")) values.add(one.asText());
        return new Field(optional, 1, value -> value instanceof String && values.contains(value) ? value : BREACH);
      case "text":
        int most = contract.get("maxCodePoints").asInt();
        return new Field(optional, 1, value -> {
          if (!(value instanceof String)) return BREACH;
          String text = (String) value;
          return text.length() <= most || text.codePointCount(0, text.length()) <= most ? value : BREACH;
        });
      case "pattern":
        return new Field(optional, 1, matching(Pattern.compile(regularExpression(contract.get("pattern").asText()), Pattern.DOTALL)));
      case "time":
        return new Field(optional, 1, time(WindowSpec.text(contract, "as")));
      default:
        throw new IllegalArgumentException("fields of type \"" + contract.get("type").asText() + "\" are not supported");
    }
  }

  private static Accept matching(Pattern pattern) {
    return value -> value instanceof String && pattern.matcher((String) value).matches() ? value : BREACH;
  }

  /** `#` is a digit, `?` a letter from A to Z; a backslash escapes the next character. */
  private static String regularExpression(String pattern) {
    StringBuilder expression = new StringBuilder();
    int[] points = pattern.codePoints().toArray();
    for (int at = 0; at < points.length; at++) {
      boolean isEscaped = points[at] == '\\' && at + 1 < points.length;
      if (isEscaped) at++;
      if (!isEscaped && points[at] == '#') expression.append("[0-9]");
      else if (!isEscaped && points[at] == '?') expression.append("[A-Z]");
      else expression.append(Pattern.quote(new String(points, at, 1)));
    }
    return expression.toString();
  }

  private static Accept integer(long least, long greatest, long factor) {
    return value -> {
      if (!(value instanceof Double)) return BREACH;
      double number = (Double) value;
      if (number != Math.rint(number) || Math.abs(number) > 9007199254740991.0) return BREACH;
      long whole = (long) number;
      if (Math.abs(whole) > Long.MAX_VALUE / factor) return BREACH;
      return whole * factor >= least && whole * factor <= greatest ? (Object) (whole * factor) : BREACH;
    };
  }

  private static Object decimal(Object value, long least, long greatest, double scale) {
    if (!(value instanceof Double)) return BREACH;
    double number = (Double) value;
    double scaled = Math.floor(number * scale + 0.5);
    return scaled / scale == number && scaled >= least && scaled <= greatest ? (Object) (long) scaled : BREACH;
  }

  private static Accept time(String form) {
    switch (form) {
      case "epoch_ms":
        return integer(0, LAST_TIME_MS, 1);
      case "epoch_s":
        return integer(0, LAST_TIME_MS, 1000);
      case "sql":
        return value -> value instanceof String ? within(sqlTime((String) value)) : BREACH;
      case "iso":
        return value -> value instanceof String ? within(isoTime((String) value)) : BREACH;
      default:
        throw new IllegalArgumentException("times as \"" + form + "\" are not supported");
    }
  }

  private static Object within(long timeMs) {
    return timeMs >= 0 && timeMs <= LAST_TIME_MS ? (Object) timeMs : BREACH;
  }

  private static long isoTime(String text) {
    if (!ISO_TIME.matcher(text).matches()) return -1;
    return sqlTime(text.replace('T', ' ').substring(0, 23));
  }

  /** Exactly `yyyy-MM-dd HH:mm:ss.SSS` of a real calendar; -1 for any other text. */
  private static long sqlTime(String text) {
    if (text.length() != 23) return -1;
    int year = digits(text, 0, 4);
    int month = digits(text, 5, 7);
    int day = digits(text, 8, 10);
    int hour = digits(text, 11, 13);
    int minute = digits(text, 14, 16);
    int second = digits(text, 17, 19);
    int millis = digits(text, 20, 23);
    if ((year | month | day | hour | minute | second | millis) < 0) return -1;
    if (text.charAt(4) != '-' || text.charAt(7) != '-' || text.charAt(10) != ' ' || text.charAt(13) != ':') return -1;
    if (text.charAt(16) != ':' || text.charAt(19) != '.') return -1;
    if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return -1;
    if (day > 28 && day > YearMonth.of(year, month).lengthOfMonth()) return -1;
    return LocalDate.of(year, month, day).toEpochDay() * 86400000L + ((hour * 60L + minute) * 60 + second) * 1000 + millis;
  }

  private static int digits(String text, int from, int to) {
    int number = 0;
    for (int at = from; at < to; at++) {
      int digit = text.charAt(at) - '0';
      if (digit < 0 || digit > 9) return -1;
      number = number * 10 + digit;
    }
    return number;
  }

  private static int number(String text) {
    return Integer.parseInt(text);
  }
}
