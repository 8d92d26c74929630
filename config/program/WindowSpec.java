import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The spec document: which topic to read, which records are valid, which windows to compute and where to write them. streamctl renders it
 * from the pipeline (src/spec/spec-document.ts).
 */
public final class WindowSpec implements Serializable {
  private static final long serialVersionUID = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Accepts the field values of a record. Times are milliseconds, decimals are scaled integers. */
  private interface Condition extends Serializable {
    boolean holds(Object[] record);
  }

  /** One column of the windows. */
  public static final class Column implements Serializable {
    private static final long serialVersionUID = 1;

    public final String name;
    /** count, sum, avg, min or max. */
    public final String kind;
    /** The integers that are aggregated are the values times this. */
    public final double scale;

    private final int field;
    private final List<Condition> where;

    private Column(String name, String kind, double scale, int field, List<Condition> where) {
      this.name = name;
      this.kind = kind;
      this.scale = scale;
      this.field = field;
      this.where = where;
    }

    /** The integer that a record adds to this column; null if it adds nothing. A count adds 1. */
    private Long amountOf(Object[] record) {
      for (Condition condition : where) if (!condition.holds(record)) return null;
      if (field < 0) return 1L;
      Object value = record[field];
      if (value == null) return null;
      return kind.equals("count") ? Long.valueOf(1) : (Long) value;
    }

    /** The column's value. @param total of the amounts, or their least or greatest; null if there are none */
    public Object valueOf(Long total, long count) {
      if (kind.equals("count")) return count;
      if (count == 0 || total == null) return kind.equals("sum") ? zero() : null;
      if (kind.equals("avg")) return total / (count * scale);
      return scale == 1 ? (Object) total : (Object) (total / scale);
    }

    private Object zero() {
      return scale == 1 ? (Object) 0L : (Object) 0.0;
    }
  }

  /** What one record adds to one window. */
  public static final class Piece implements Serializable {
    private static final long serialVersionUID = 1;

    public final long windowStartMs;
    /** One amount per column; null adds nothing. */
    public final Long[] amounts;

    public Piece(long windowStartMs, Long[] amounts) {
      this.windowStartMs = windowStartMs;
      this.amounts = amounts;
    }
  }

  public final String sourceTopic;
  public final String sinkTopic;
  public final String startColumn;
  public final String endColumn;
  public final long sizeMs;
  public final List<Column> columns = new ArrayList<>();

  private final long everyMs;
  private final RecordReader reader;
  private final int eventTime;
  private final List<Condition> where;

  private WindowSpec(JsonNode document) {
    JsonNode window = required(document, "window");
    sourceTopic = text(required(document, "source"), "topic");
    sinkTopic = text(required(document, "sink"), "topic");
    startColumn = text(window, "startColumn");
    endColumn = text(window, "endColumn");
    sizeMs = required(window, "sizeMs").asLong();
    everyMs = required(window, "everyMs").asLong();
    if (!required(window, "by").isEmpty()) throw new IllegalArgumentException("groups within a window are not supported");
    reader = new RecordReader(required(required(document, "source"), "fields"));
    eventTime = reader.indexOf(text(required(document, "source"), "eventTime"));
    where = conditions(required(window, "where"));
    for (JsonNode column : required(window, "columns")) columns.add(columnOf(column));
  }

  /** @throws IllegalArgumentException for a document that this program does not support */
  public static WindowSpec parse(String document) throws IOException {
    return new WindowSpec(JSON.readTree(document));
  }

  /** What a record adds to its windows; empty if it is invalid or does not meet the conditions. @param value null for a tombstone */
  public List<Piece> piecesOf(byte[] value) {
    Object[] record = value == null ? null : reader.read(value);
    if (record == null) return List.of();
    for (Condition condition : where) if (!condition.holds(record)) return List.of();
    Long[] amounts = new Long[columns.size()];
    for (int index = 0; index < amounts.length; index++) amounts[index] = columns.get(index).amountOf(record);
    long timeMs = (Long) record[eventTime];
    long last = Math.floorDiv(timeMs, everyMs) * everyMs;
    if (last + everyMs > timeMs && everyMs == sizeMs) return List.of(new Piece(last, amounts));
    List<Piece> pieces = new ArrayList<>();
    for (long start = last; start > timeMs - sizeMs; start -= everyMs) pieces.add(new Piece(start, amounts));
    return pieces;
  }

  /** The record of a window for the sink: bounds, then columns. */
  public Map<String, Object> row(long windowStartMs, Long[] totals, long[] counts) {
    Map<String, Object> row = new LinkedHashMap<>(key(windowStartMs));
    for (int index = 0; index < totals.length; index++) {
      Column column = columns.get(index);
      row.put(column.name, column.valueOf(totals[index], counts[index]));
    }
    return row;
  }

  /** The key of a window's record. */
  public Map<String, Object> key(long windowStartMs) {
    Map<String, Object> key = new LinkedHashMap<>();
    key.put(startColumn, windowStartMs);
    key.put(endColumn, windowStartMs + sizeMs);
    return key;
  }

  private Column columnOf(JsonNode column) {
    JsonNode aggregate = required(column, "aggregate");
    String kind = text(aggregate, "kind");
    if (!Set.of("count", "sum", "avg", "min", "max").contains(kind)) {
      throw new IllegalArgumentException("column " + text(column, "name") + ": \"" + kind + "\" is not supported");
    }
    JsonNode field = aggregate.path("field");
    int index = field.isTextual() ? reader.indexOf(field.asText()) : -1;
    double scale = kind.equals("count") || index < 0 ? 1 : reader.scaleOf(index);
    return new Column(text(column, "name"), kind, scale, index, conditions(required(column, "where")));
  }

  private List<Condition> conditions(JsonNode list) {
    List<Condition> conditions = new ArrayList<>();
    for (JsonNode condition : list) conditions.add(condition(condition));
    return conditions;
  }

  private Condition condition(JsonNode condition) {
    int field = reader.indexOf(text(condition, "field"));
    String kind = text(condition, "kind");
    switch (kind) {
      case "known":
        return record -> record[field] != null;
      case "missing":
        return record -> record[field] == null;
      case "range":
        double from = bound(condition.path("atLeast"), Double.NEGATIVE_INFINITY);
        double below = bound(condition.path("below"), Double.POSITIVE_INFINITY);
        return record -> record[field] instanceof Long && (Long) record[field] >= from && (Long) record[field] < below;
      case "one_of":
      case "not_one_of":
        HashSet<Object> values = new HashSet<>();
        for (JsonNode value : required(condition, "values")) values.add(scalar(value));
        boolean wanted = kind.equals("one_of");
        return record -> record[field] != null && values.contains(record[field]) == wanted;
      default:
        throw new IllegalArgumentException("condition \"" + kind + "\" is not supported");
    }
  }

  private static double bound(JsonNode bound, double absent) {
    return bound.isNumber() ? bound.asDouble() : absent;
  }

  private static Object scalar(JsonNode value) {
    if (value.isTextual()) return value.asText();
    return value.isBoolean() ? (Object) value.asBoolean() : (Object) value.asLong();
  }

  static JsonNode required(JsonNode node, String name) {
    JsonNode found = node.get(name);
    if (found == null) throw new IllegalArgumentException("the spec document lacks \"" + name + "\"");
    return found;
  }

  static String text(JsonNode node, String name) {
    JsonNode found = required(node, name);
    if (!found.isTextual()) throw new IllegalArgumentException("\"" + name + "\" of the spec document is not a text");
    return found.asText();
  }
}
