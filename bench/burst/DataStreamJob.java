import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParser;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonToken;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.api.common.operators.ProcessingTimeService.ProcessingTimeCallback;
import org.apache.flink.util.Collector;

/**
 * The yardstick of the burst: what an experienced Java programmer would write by hand for the windows that flink/03-window-income.sql computes.
 * The same contract, the same mini-batches of 200 ms, the same checkpoints; no SQL. Arguments: bootstrap servers, topic of transactions, topic
 * of windows, folder for checkpoints.
 */
public final class DataStreamJob {
  private static final int PARALLELISM = 3;
  private static final long WINDOW_MS = 3000;
  private static final long FLUSH_MS = 200;

  /** Start of the window, sum, count. */
  private static final TypeInformation<Tuple3<Long, Long, Long>> SUMS = TypeInformation.of(new TypeHint<Tuple3<Long, Long, Long>>() {});

  private DataStreamJob() {}

  public static void main(String[] args) throws Exception {
    Configuration configuration = new Configuration();
    configuration.setString("execution.checkpointing.interval", "3 s");
    configuration.setString("execution.checkpointing.dir", "file://" + args[3]);
    configuration.setString("state.backend.type", "hashmap");
    configuration.setString("rest.bind-port", "0");
    configuration.setString("parallelism.default", Integer.toString(PARALLELISM));
    configuration.setString("taskmanager.numberOfTaskSlots", Integer.toString(PARALLELISM));
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    environment.getConfig().enableObjectReuse();
    KafkaSource<byte[]> source =
        KafkaSource.<byte[]>builder()
            .setBootstrapServers(args[0])
            .setTopics(args[1])
            .setGroupId("data-stream-job")
            .setProperty("isolation.level", "read_committed")
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setValueOnlyDeserializer(
                new AbstractDeserializationSchema<byte[]>() {
                  @Override
                  public byte[] deserialize(byte[] value) {
                    return value;
                  }
                })
            .build();
    KafkaSink<Tuple3<Long, Long, Long>> sink =
        KafkaSink.<Tuple3<Long, Long, Long>>builder()
            .setBootstrapServers(args[0])
            .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
            .setRecordSerializer(new Rows(args[2]))
            .build();
    environment
        .fromSource(source, WatermarkStrategy.noWatermarks(), "transactions")
        .transform("partial sums", SUMS, new PartialSums())
        .keyBy(sums -> sums.f0)
        .process(new Totals())
        .sinkTo(sink)
        .setParallelism(1);
    InProcessFlink.start(configuration).executeJobBlocking(environment.getStreamGraph().getJobGraph());
  }

  private static final class Rows implements KafkaRecordSerializationSchema<Tuple3<Long, Long, Long>> {
    private static final long serialVersionUID = 1;
    private final String topic;

    Rows(String topic) {
      this.topic = topic;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(Tuple3<Long, Long, Long> sums, KafkaSinkContext context, Long timestamp) {
      return new ProducerRecord<>(topic, bytes("{\"WINDOW_START\":" + sums.f0 + "}"), row(sums));
    }

    private static byte[] row(Tuple3<Long, Long, Long> sums) {
      return bytes(
          "{\"WINDOW_START\":" + sums.f0
              + ",\"WINDOW_END\":" + (sums.f0 + WINDOW_MS)
              + ",\"TOTAL_PAID\":" + sums.f1
              + ",\"TOTAL_TRANSACTIONS\":" + sums.f2
              + ",\"AVERAGE_TRANSACTION_VALUE\":" + (double) sums.f1 / sums.f2
              + "}");
    }

    private static byte[] bytes(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  /** Parses the records, and adds them up in memory until the next flush or checkpoint. */
  private static final class PartialSums extends AbstractStreamOperator<Tuple3<Long, Long, Long>>
      implements OneInputStreamOperator<byte[], Tuple3<Long, Long, Long>>, ProcessingTimeCallback {
    private static final long serialVersionUID = 1;
    private static final JsonFactory JSON = new JsonFactory();

    private transient Map<Long, long[]> sums;

    @Override
    public void open() throws Exception {
      super.open();
      sums = new HashMap<>();
      onProcessingTime(0);
    }

    @Override
    public void processElement(StreamRecord<byte[]> element) {
      long[] transaction = paid(element.getValue());
      if (transaction == null) return;
      long[] sum = sums.computeIfAbsent(transaction[0] / WINDOW_MS * WINDOW_MS, start -> new long[2]);
      sum[0] += transaction[1];
      sum[1] += 1;
    }

    @Override
    public void onProcessingTime(long time) {
      flush();
      getProcessingTimeService().registerTimer(getProcessingTimeService().getCurrentProcessingTime() + FLUSH_MS, this);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpoint) {
      flush();
    }

    private void flush() {
      sums.forEach((start, sum) -> output.collect(new StreamRecord<>(Tuple3.of(start, sum[0], sum[1]))));
      sums.clear();
    }

    /** Event time and amount of a valid, paid transaction; null for any other record. */
    private static long[] paid(byte[] value) {
      if (value == null) return null;
      try (JsonParser parser = JSON.createParser(value)) {
        if (parser.nextToken() != JsonToken.START_OBJECT) return null;
        long time = -1;
        double id = Double.NaN;
        double amount = Double.NaN;
        boolean hasUser = false;
        boolean isPaid = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          JsonToken token = parser.nextToken();
          switch (name) {
            case "event_timestamp":
              time = token == JsonToken.VALUE_STRING ? timeOf(parser.getText()) : -1;
              break;
            case "transaction_id":
              id = token.isNumeric() ? parser.getDoubleValue() : Double.NaN;
              break;
            case "total_paid":
              amount = token.isNumeric() ? parser.getDoubleValue() : Double.NaN;
              break;
            case "user_id":
              hasUser = token == JsonToken.VALUE_STRING && isUuid(parser.getText());
              break;
            case "status":
              isPaid = token == JsonToken.VALUE_STRING && parser.getText().equals("Paid");
              break;
            default:
              parser.skipChildren();
          }
        }
        if (!isPaid || !hasUser || time < 0 || !(id >= 1 && id <= 1_000_000 && id == Math.rint(id))) return null;
        return Math.abs(amount) <= 9007199254740991.0 && amount == Math.rint(amount) ? new long[] {time, (long) amount} : null;
      } catch (IOException invalid) {
        return null;
      }
    }

    private static boolean isUuid(String text) {
      if (text.length() != 36) return false;
      for (int at = 0; at < 36; at++) {
        char letter = text.charAt(at);
        boolean isHyphen = at == 8 || at == 13 || at == 18 || at == 23;
        if (isHyphen ? letter != '-' : letter > 'f' || Character.digit(letter, 16) < 0) return false;
      }
      return true;
    }

    /** Milliseconds since 1970 of `yyyy-MM-dd HH:mm:ss.SSS`; -1 for any other text. */
    private static long timeOf(String text) {
      if (text.length() != 23) return -1;
      for (int at = 0; at < 23; at++) {
        char pattern = "0000-00-00 00:00:00.000".charAt(at);
        char letter = text.charAt(at);
        if (pattern == '0' ? letter < '0' || letter > '9' : letter != pattern) return -1;
      }
      int hour = number(text, 11, 2);
      int minute = number(text, 14, 2);
      int second = number(text, 17, 2);
      if (hour > 23 || minute > 59 || second > 59) return -1;
      try {
        long day = LocalDate.of(number(text, 0, 4), number(text, 5, 2), number(text, 8, 2)).toEpochDay();
        return day < 0 ? -1 : day * 86_400_000 + ((hour * 60L + minute) * 60 + second) * 1000 + number(text, 20, 3);
      } catch (DateTimeException noSuchDay) {
        return -1;
      }
    }

    private static int number(String text, int from, int digits) {
      int number = 0;
      for (int at = from; at < from + digits; at++) number = number * 10 + text.charAt(at) - '0';
      return number;
    }
  }

  /** Adds partial sums to the totals of a window, and emits them. */
  private static final class Totals extends KeyedProcessFunction<Long, Tuple3<Long, Long, Long>, Tuple3<Long, Long, Long>> {
    private static final long serialVersionUID = 1;

    private transient ValueState<Tuple3<Long, Long, Long>> totals;

    @Override
    public void open(org.apache.flink.api.common.functions.OpenContext context) {
      totals = getRuntimeContext().getState(new ValueStateDescriptor<>("totals", Types.TUPLE(Types.LONG, Types.LONG, Types.LONG)));
    }

    @Override
    public void processElement(Tuple3<Long, Long, Long> sums, Context context, Collector<Tuple3<Long, Long, Long>> out) throws IOException {
      Tuple3<Long, Long, Long> before = totals.value();
      Tuple3<Long, Long, Long> after = before == null ? sums : Tuple3.of(sums.f0, before.f1 + sums.f1, before.f2 + sums.f2);
      totals.update(after);
      out.collect(after);
    }
  }
}
