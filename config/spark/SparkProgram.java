import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryProgress;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Spark in one JVM, with the queries that streamctl starts through ControlServer. All settings of Spark are system properties.
 *
 * <p>A query writes the new totals of every window that a batch of records changed (update mode without a watermark), so no record is too
 * late. After a failure, such as a broker that does not answer, it is started again from its checkpoint, without end.
 */
public final class SparkProgram implements ControlServer.Engine {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long RESTART_MS = 1000;

  private final SparkSession spark;

  private SparkProgram(SparkSession spark) {
    this.spark = spark;
  }

  /** @param args host and port of the control interface */
  public static void main(String[] args) throws Exception {
    SparkSession spark = SparkSession.builder().appName("streamctl").getOrCreate();
    ControlServer.listen(args[0], Integer.parseInt(args[1]), new SparkProgram(spark));
  }

  /** Analyzes the query. */
  @Override
  public Computation prepare(Computation.Request request) {
    rowsOf(request).queryExecution().assertAnalyzed();
    return new Query(request);
  }

  /** Keys and values for the topic of windows. */
  private Dataset<Row> rowsOf(Computation.Request request) {
    WindowSpec spec = request.spec;
    int columns = spec.columns.size();
    StructType pieceType = new StructType().add("start", DataTypes.LongType, false);
    for (int index = 0; index < columns; index++) pieceType = pieceType.add("amount" + index, DataTypes.LongType, true);
    Dataset<Row> pieces =
        spark
            .readStream()
            .format("kafka")
            .option("kafka.bootstrap.servers", request.brokers)
            .option("subscribe", spec.sourceTopic)
            .option("startingOffsets", "earliest")
            .option("kafka.isolation.level", "read_committed")
            .option("maxOffsetsPerTrigger", spark.conf().get("spark.streamctl.maxOffsetsPerTrigger"))
            .load()
            .select("value")
            .flatMap(
                (FlatMapFunction<Row, Row>)
                    record -> {
                      List<Row> rows = new ArrayList<>(1);
                      for (WindowSpec.Piece piece : spec.piecesOf(record.getAs(0))) {
                        Object[] values = new Object[columns + 1];
                        values[0] = piece.windowStartMs;
                        System.arraycopy(piece.amounts, 0, values, 1, columns);
                        rows.add(RowFactory.create(values));
                      }
                      return rows.iterator();
                    },
                Encoders.row(pieceType));
    Column[] aggregates = new Column[2 * columns];
    for (int index = 0; index < columns; index++) {
      Column amount = functions.col("amount" + index);
      String kind = spec.columns.get(index).kind;
      Column total = kind.equals("min") ? functions.min(amount) : kind.equals("max") ? functions.max(amount) : functions.sum(amount);
      aggregates[2 * index] = total.as("total" + index);
      aggregates[2 * index + 1] = functions.count(amount).as("count" + index);
    }
    Dataset<Row> windows =
        pieces.groupBy("start").agg(aggregates[0], Arrays.copyOfRange(aggregates, 1, aggregates.length));
    StructType recordType = new StructType().add("key", DataTypes.StringType, false).add("value", DataTypes.StringType, false);
    return windows.map(
        (MapFunction<Row, Row>)
            window -> {
              Long[] totals = new Long[columns];
              long[] counts = new long[columns];
              for (int index = 0; index < columns; index++) {
                totals[index] = window.isNullAt(1 + 2 * index) ? null : window.getLong(1 + 2 * index);
                counts[index] = window.getLong(2 + 2 * index);
              }
              long start = window.getLong(0);
              return RowFactory.create(
                  JSON.writeValueAsString(spec.key(start)), JSON.writeValueAsString(spec.row(start, totals, counts)));
            },
        Encoders.row(recordType));
  }

  /** A query, and its successors after failures. */
  private final class Query extends Computation {
    private volatile StreamingQuery query;
    private volatile boolean stopped;
    private volatile StreamingQueryProgress lastProgress;

    Query(Request request) {
      super(request);
    }

    @Override
    protected void start() throws Exception {
      startQuery();
      Thread watch = new Thread(this::restartAfterFailures, "watch-" + request.name);
      watch.setDaemon(true);
      watch.start();
    }

    private void startQuery() throws Exception {
      query =
          rowsOf(request)
              .writeStream()
              .queryName(request.name)
              .outputMode("update")
              .format("kafka")
              .option("kafka.bootstrap.servers", request.brokers)
              .option("kafka.acks", "all")
              .option("topic", request.spec.sinkTopic)
              .option("checkpointLocation", request.checkpoints)
              .trigger(Trigger.ProcessingTime(0))
              .start();
    }

    private void restartAfterFailures() {
      while (!stopped) {
        try {
          query.awaitTermination();
          if (!stopped) fail(new IllegalStateException("the query ended"));
        } catch (Exception failure) {
          if (!stopped) fail(failure);
        }
        while (!stopped && !query.isActive()) {
          try {
            Thread.sleep(RESTART_MS);
            synchronized (this) {
              if (!stopped) startQuery();
            }
          } catch (Exception failure) {
            fail(failure);
          }
        }
      }
    }

    private void fail(Exception failure) {
      failed(System.currentTimeMillis(), ControlServer.messageOf(failure));
      failure.printStackTrace();
    }

    @Override
    protected void stop() throws Exception {
      synchronized (this) {
        stopped = true;
      }
      if (query != null) query.stop();
    }

    @Override
    protected Status status() throws Exception {
      StreamingQuery current = query;
      if (current == null) return new Status("STARTING");
      Status status = new Status(stopped ? "STOPPING" : current.isActive() ? "RUNNING" : "RESTARTING");
      StreamingQueryProgress latest = current.lastProgress();
      // A query that was started again has none yet.
      StreamingQueryProgress progress = latest == null ? lastProgress : latest;
      if (progress == null) return status;
      lastProgress = progress;
      status.lastProgressAtMs = Instant.parse(progress.timestamp()).toEpochMilli() + progress.batchDuration();
      addPositions(status, progress);
      status.facts.put("batch", progress.batchId());
      status.facts.put("batchDurationMs", progress.batchDuration());
      if (progress.stateOperators().length > 0) status.facts.put("windows", progress.stateOperators()[0].numRowsTotal());
      return status;
    }

    private void addPositions(Status status, StreamingQueryProgress progress) throws Exception {
      if (progress.sources().length == 0 || progress.sources()[0].endOffset() == null) return;
      String topic = request.spec.sourceTopic;
      JsonNode partitions = JSON.readTree(progress.sources()[0].endOffset()).path(topic);
      partitions
          .fields()
          .forEachRemaining((entry) -> status.addPosition(topic, Integer.parseInt(entry.getKey()), entry.getValue().asLong()));
    }
  }
}
