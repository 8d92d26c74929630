import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.runners.flink.FlinkRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.kafka.KafkaIO;
import org.apache.beam.sdk.io.kafka.KafkaRecord;
import org.apache.beam.sdk.options.ExperimentalOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.windowing.AfterProcessingTime;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.util.VarInt;
import org.apache.beam.sdk.values.KV;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.checkpoint.CheckpointStatsSnapshot;
import org.apache.flink.runtime.checkpoint.CompletedCheckpointStats;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.executiongraph.ErrorInfo;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterJobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.FileUtils;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.joda.time.Instant;

/**
 * Beam on Flink in one JVM: JobManager, TaskManager and the pipelines that streamctl starts through ControlServer. Every setting of Flink
 * stands in config.yaml of the folder that FLINK_CONF_DIR names.
 *
 * <p>A pipeline writes the new totals of every window that changed, soon after the change, so no record is too late. Beam's own windows are
 * not used: the start of the window is the key. After a failure Flink restarts the pipeline, without end. There is no high availability: a
 * lost process loses its pipelines, and their checkpoints stay.
 */
public final class BeamProgram implements ControlServer.Engine {
  private static final ConfigOption<Duration> PANE_DELAY =
      ConfigOptions.key("streamctl.pane-delay").durationType().defaultValue(Duration.ofMillis(100));
  private static final ConfigOption<Duration> BUNDLE_TIME =
      ConfigOptions.key("streamctl.bundle-time").durationType().defaultValue(Duration.ofMillis(100));
  private static final ConfigOption<Duration> CHECKPOINT_INTERVAL =
      ConfigOptions.key("streamctl.checkpoint-interval").durationType().defaultValue(Duration.ofSeconds(3));
  private static final long START_MS = 60_000;
  private static final long STOP_MS = 60_000;
  private static final long ASK_MS = 10_000;
  /** Below the delay of a restart, so that no failure is missed. */
  private static final long WATCH_MS = 400;

  private final Configuration configuration;
  private final MiniCluster cluster;

  private BeamProgram(Configuration configuration, MiniCluster cluster) {
    this.configuration = configuration;
    this.cluster = cluster;
  }

  /** @param args host and port of the control interface */
  public static void main(String[] args) throws Exception {
    Configuration configuration = GlobalConfiguration.loadConfiguration(System.getenv("FLINK_CONF_DIR"));
    MiniCluster cluster = InProcessFlink.start(configuration);
    ControlServer.listen(args[0], Integer.parseInt(args[1]), new BeamProgram(configuration, cluster));
  }

  /** Translates the pipeline into a job. */
  @Override
  public Computation prepare(Computation.Request request) throws Exception {
    return new Job(request, jobOf(request));
  }

  private JobGraph jobOf(Computation.Request request) throws Exception {
    FlinkPipelineOptions options = PipelineOptionsFactory.create().as(FlinkPipelineOptions.class);
    options.setRunner(FlinkRunner.class);
    options.setJobName(request.name);
    options.setStreaming(true);
    // The environment of the calling process, which is the one below.
    options.setFlinkMaster("[auto]");
    options.setAttachedMode(false);
    options.setParallelism(1);
    // Also the number of readers. Several in one task would wait for each other at every record: one reads all partitions.
    options.setMaxParallelism(1);
    options.setCheckpointingInterval(configuration.get(CHECKPOINT_INTERVAL).toMillis());
    // Without both, the end of the job or of the process deletes its checkpoints.
    options.setExternalizedCheckpointsEnabled(true);
    options.setRetainExternalizedCheckpointsOnCancellation(true);
    options.setFailOnCheckpointingErrors(false);
    // How many records are added up before they reach the windows, and for how long at most.
    options.setMaxBundleSize(5000L);
    options.setMaxBundleTimeMills(configuration.get(BUNDLE_TIME).toMillis());
    options.setFinishBundleBeforeCheckpointing(true);
    // Beam's metrics cost more than the rest of the source: each record looks up all of them.
    options.setDisableMetrics(true);
    options.setObjectReuse(true);
    // Not setFasterCopy: a checkpoint is written while records are added up. Without copies, later records change the totals in it.
    // The reader with a checkpoint of offsets, in place of a splittable DoFn.
    ExperimentalOptions.addExperiment(options.as(ExperimentalOptions.class), "use_deprecated_read");

    Pipeline pipeline = Pipeline.create(options);
    build(pipeline, request, configuration.get(PANE_DELAY));

    Configuration settings = new Configuration(configuration);
    settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, Path.of(request.checkpoints).toUri().toString());
    TranslatingEnvironment environment = new TranslatingEnvironment(settings, cluster);
    environment.install();
    try {
      pipeline.run();
    } finally {
      TranslatingEnvironment.uninstall();
    }
    return environment.job;
  }

  private static void build(Pipeline pipeline, Computation.Request request, Duration paneDelay) {
    WindowSpec spec = request.spec;
    NullableCoder<byte[]> bytes = NullableCoder.of(ByteArrayCoder.of());
    pipeline
        .apply(
            "read",
            KafkaIO.<byte[], byte[]>read()
                .withBootstrapServers(request.brokers)
                .withTopic(spec.sourceTopic)
                .withKeyDeserializerAndCoder(ByteArrayDeserializer.class, bytes)
                .withValueDeserializerAndCoder(ByteArrayDeserializer.class, bytes)
                .withReadCommitted()
                // Without a group: with one, it would begin at the offsets that any former member has committed. A consumer has one request
                // to a broker at a time: while one for partitions without new records waits there, the records of the others wait too.
                .withConsumerConfigUpdates(
                    Map.of("auto.offset.reset", "earliest", "max.poll.records", 2000, "fetch.max.wait.ms", 50))
                .withConsumerFactoryFn(new ConsumerFactory(request.name)))
        .apply("pieces", ParDo.of(new Pieces(spec, request.name)))
        .setCoder(KvCoder.of(VarLongCoder.of(), TotalsCoder.INSTANCE))
        .apply(
            "panes",
            Window.<KV<Long, Totals>>into(new GlobalWindows())
                .triggering(
                    Repeatedly.forever(
                        AfterProcessingTime.pastFirstElementInPane()
                            .plusDelayOf(org.joda.time.Duration.millis(paneDelay.toMillis()))))
                .withAllowedLateness(org.joda.time.Duration.ZERO)
                .accumulatingFiredPanes())
        .apply("totals", Combine.perKey(new Sum(spec)))
        .setCoder(KvCoder.of(VarLongCoder.of(), TotalsCoder.INSTANCE))
        .apply("rows", ParDo.of(new Rows(spec)))
        .apply(
            "write",
            KafkaIO.<String, String>write()
                .withBootstrapServers(request.brokers)
                .withTopic(spec.sinkTopic)
                .withKeySerializer(StringSerializer.class)
                .withValueSerializer(StringSerializer.class)
                .withProducerConfigUpdates(
                    Map.of("acks", "all", "enable.idempotence", true, "retries", Integer.MAX_VALUE, "linger.ms", 5)));
  }

  /** Keeps the job that Beam's runner translates its pipeline to, and runs nothing. */
  @SuppressWarnings("try")
  private static final class TranslatingEnvironment extends StreamExecutionEnvironment {
    private final MiniCluster cluster;
    JobGraph job;

    TranslatingEnvironment(Configuration settings, MiniCluster cluster) {
      super(settings);
      this.cluster = cluster;
    }

    void install() {
      initializeContextEnvironment(settings -> this);
    }

    static void uninstall() {
      resetContextEnvironment();
    }

    @Override
    public JobClient executeAsync(StreamGraph graph) {
      job = graph.getJobGraph();
      return new MiniClusterJobClient(
          job.getJobID(), cluster, BeamProgram.class.getClassLoader(), MiniClusterJobClient.JobFinalizationBehavior.NOTHING);
    }
  }

  /** A pipeline as a job of Flink. */
  private final class Job extends Computation {
    private final JobGraph job;
    private final JobID jobId;
    private volatile boolean isSubmitted;
    private boolean isFirstCheckpoint = true;

    Job(Request request, JobGraph job) {
      super(request);
      this.job = job;
      this.jobId = job.getJobID();
    }

    @Override
    protected void start() throws Exception {
      POSITIONS.remove(request.name);
      BROKERS.put(request.name, request.brokers);
      Optional<Path> checkpoint = newestCheckpoint(Path.of(request.checkpoints));
      if (checkpoint.isPresent()) {
        System.out.println(request.name + " resumes from " + checkpoint.get());
        job.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(checkpoint.get().toUri().toString(), false));
      }
      cluster.submitJob(job).get(START_MS, TimeUnit.MILLISECONDS);
      isSubmitted = true;
      Thread watch = new Thread(this::watch, "watch-" + request.name);
      watch.setDaemon(true);
      watch.start();
      awaitRunning();
    }

    /** Until each of its tasks runs. */
    private void awaitRunning() throws Exception {
      long deadline = System.currentTimeMillis() + START_MS;
      while (true) {
        AccessExecutionGraph graph = observe();
        if (stateOf(graph).equals("RUNNING")) return;
        if (graph.getState().isGloballyTerminalState() || System.currentTimeMillis() > deadline) {
          String failure = lastFailureMessage();
          throw new IllegalStateException(failure == null ? "the job does not run after " + START_MS + " ms" : failure);
        }
        Thread.sleep(100);
      }
    }

    @Override
    protected boolean hasEnded() throws Exception {
      return observe().getState().isGloballyTerminalState();
    }

    @Override
    protected void stop() throws Exception {
      if (!isSubmitted) return;
      if (!hasEnded()) cluster.cancelJob(jobId).get(ASK_MS, TimeUnit.MILLISECONDS);
      cluster.requestJobResult(jobId).get(STOP_MS, TimeUnit.MILLISECONDS);
    }

    /** Notices each failure, until the job has ended. */
    private void watch() {
      while (true) {
        try {
          if (hasEnded()) return;
          Thread.sleep(WATCH_MS);
        } catch (Exception unavailable) {
          System.err.println("Cannot observe " + request.name + ": " + unavailable);
          return;
        }
      }
    }

    private synchronized AccessExecutionGraph observe() throws Exception {
      AccessExecutionGraph graph = cluster.getExecutionGraph(jobId).get(ASK_MS, TimeUnit.MILLISECONDS);
      ErrorInfo failure = graph.getFailureInfo();
      if (failure != null) failed(failure.getTimestamp(), messageOf(failure.getExceptionAsString()));
      if (isFirstCheckpoint && lastCheckpoint(graph) != null) {
        isFirstCheckpoint = false;
        // Each run has its own folder; those of former runs are not needed any more.
        try (Stream<Path> runs = Files.list(Path.of(request.checkpoints))) {
          for (Path run : (Iterable<Path>) runs::iterator) {
            if (!run.getFileName().toString().equals(jobId.toString())) FileUtils.deleteDirectoryQuietly(run.toFile());
          }
        }
      }
      return graph;
    }

    @Override
    protected Status status() throws Exception {
      if (!isSubmitted) return new Status("STARTING");
      AccessExecutionGraph graph = observe();
      Status status = new Status(stateOf(graph));
      POSITIONS
          .getOrDefault(request.name, Map.of())
          .forEach((partition, position) -> status.addPosition(partition.topic(), partition.partition(), position.nextOffset()));
      status.facts.put("job", jobId.toString());
      CheckpointStatsSnapshot stats = graph.getCheckpointStatsSnapshot();
      if (stats == null) return status;
      status.facts.put("checkpointsCompleted", stats.getCounts().getNumberOfCompletedCheckpoints());
      status.facts.put("checkpointsFailed", stats.getCounts().getNumberOfFailedCheckpoints());
      CompletedCheckpointStats checkpoint = lastCheckpoint(graph);
      if (checkpoint == null) return status;
      status.lastProgressAtMs = checkpoint.getLatestAckTimestamp();
      status.facts.put("checkpointDurationMs", checkpoint.getEndToEndDuration());
      status.facts.put("checkpointBytes", checkpoint.getStateSize());
      return status;
    }
  }

  private static CompletedCheckpointStats lastCheckpoint(AccessExecutionGraph graph) {
    CheckpointStatsSnapshot stats = graph.getCheckpointStatsSnapshot();
    return stats == null ? null : stats.getHistory().getLatestCompletedCheckpoint();
  }

  /** The job's state; STARTING while it has a task that does not run yet. */
  private static String stateOf(AccessExecutionGraph graph) {
    if (graph.getState() == JobStatus.INITIALIZING || graph.getState() == JobStatus.CREATED) return "STARTING";
    if (graph.getState() != JobStatus.RUNNING) return graph.getState().name();
    for (AccessExecutionVertex task : graph.getAllExecutionVertices()) {
      if (task.getExecutionState() != ExecutionState.RUNNING) return "STARTING";
    }
    return "RUNNING";
  }

  /** The first line of the innermost cause of a printed exception, without its class. */
  private static String messageOf(String stackTrace) {
    String message = stackTrace.lines().findFirst().orElse(stackTrace);
    for (String line : (Iterable<String>) stackTrace.lines()::iterator) {
      if (line.startsWith("Caused by: ")) message = line.substring("Caused by: ".length());
    }
    return message.replaceFirst("^[\\w.$]+(Exception|Error): ", "");
  }

  /** The newest checkpoint that is complete: its metadata is written last. The numbers go on from run to run. */
  private static Optional<Path> newestCheckpoint(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) return Optional.empty();
    try (Stream<Path> paths = Files.walk(folder, 3)) {
      return paths
          .filter(path -> path.endsWith("_metadata") && path.getParent().getFileName().toString().matches("chk-\\d{1,18}"))
          .map(Path::getParent)
          .max(
              Comparator.comparingLong((Path path) -> Long.parseLong(path.getFileName().toString().substring("chk-".length())))
                  .thenComparingLong(path -> path.toFile().lastModified()));
    }
  }

  /** How far each computation has read, by its name. Tasks run in this JVM and share it. */
  private static final Map<String, Map<TopicPartition, Position>> POSITIONS = new ConcurrentHashMap<>();

  /** By the name of the computation. */
  private static final Map<String, String> BROKERS = new ConcurrentHashMap<>();

  private static Position positionOf(String name, TopicPartition partition) {
    return POSITIONS.computeIfAbsent(name, absent -> new ConcurrentHashMap<>()).computeIfAbsent(partition, absent -> new Position());
  }

  private static final class Position {
    /** After the last record that the pipeline took. */
    private long taken;
    /** After the last record that the consumer returned. */
    private long returned;
    /** Of the consumer. Beyond the last record it passes the marks of transactions. */
    private long polled;

    synchronized void seek(long offset) {
      taken = returned = polled = offset;
    }

    synchronized void poll(long afterLastRecord, long position) {
      returned = Math.max(returned, afterLastRecord);
      polled = position;
    }

    synchronized void take(long offset) {
      taken = Math.max(taken, offset + 1);
    }

    synchronized long nextOffset() {
      return taken >= returned ? Math.max(taken, polled) : taken;
    }
  }

  /**
   * Part of every checkpoint, as all settings of the source are: a job that resumes has the ones of the run that wrote the checkpoint. So it
   * looks up the brokers by name.
   */
  private static final class ConsumerFactory implements SerializableFunction<Map<String, Object>, Consumer<byte[], byte[]>> {
    private static final long serialVersionUID = 1;
    private final String name;

    ConsumerFactory(String name) {
      this.name = name;
    }

    @Override
    public Consumer<byte[], byte[]> apply(Map<String, Object> settings) {
      Map<String, Object> current = new HashMap<>(settings);
      current.put("bootstrap.servers", BROKERS.get(name));
      return new PositionedConsumer(name, current);
    }
  }

  /** Notes where it reads. */
  private static final class PositionedConsumer extends KafkaConsumer<byte[], byte[]> {
    private final String name;

    PositionedConsumer(String name, Map<String, Object> settings) {
      super(settings);
      this.name = name;
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
      super.seek(partition, offset);
      positionOf(name, partition).seek(offset);
    }

    /** The one that Beam calls. */
    @Override
    @Deprecated
    public ConsumerRecords<byte[], byte[]> poll(long timeoutMs) {
      return noted(super.poll(Duration.ofMillis(timeoutMs)));
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      return noted(super.poll(timeout));
    }

    private ConsumerRecords<byte[], byte[]> noted(ConsumerRecords<byte[], byte[]> records) {
      for (TopicPartition partition : assignment()) {
        List<ConsumerRecord<byte[], byte[]>> found = records.records(partition);
        long after = found.isEmpty() ? 0 : found.get(found.size() - 1).offset() + 1;
        try {
          positionOf(name, partition).poll(after, position(partition, Duration.ofMillis(100)));
        } catch (RetriableException unknown) {
          // The broker has not answered yet.
        }
      }
      return records;
    }
  }

  /** Amounts per column, and how many there were. */
  static final class Totals {
    /** The sum, the least or the greatest; null if there were none. */
    final Long[] totals;
    final long[] counts;

    Totals(Long[] totals, long[] counts) {
      this.totals = totals;
      this.counts = counts;
    }
  }

  static final class TotalsCoder extends CustomCoder<Totals> {
    private static final long serialVersionUID = 1;
    static final TotalsCoder INSTANCE = new TotalsCoder();

    @Override
    public void encode(Totals value, OutputStream stream) throws IOException {
      DataOutputStream data = new DataOutputStream(stream);
      VarInt.encode(value.counts.length, data);
      for (int index = 0; index < value.counts.length; index++) {
        VarInt.encode(value.counts[index], data);
        data.writeBoolean(value.totals[index] != null);
        if (value.totals[index] != null) data.writeLong(value.totals[index]);
      }
    }

    @Override
    public Totals decode(InputStream stream) throws IOException {
      DataInputStream data = new DataInputStream(stream);
      int columns = VarInt.decodeInt(data);
      Totals value = new Totals(new Long[columns], new long[columns]);
      for (int index = 0; index < columns; index++) {
        value.counts[index] = VarInt.decodeLong(data);
        if (data.readBoolean()) value.totals[index] = data.readLong();
      }
      return value;
    }

    @Override
    public void verifyDeterministic() {}

    @Override
    public boolean equals(Object other) {
      return other instanceof TotalsCoder;
    }

    @Override
    public int hashCode() {
      return TotalsCoder.class.hashCode();
    }
  }

  /**
   * What the records of a bundle add, by the start of the window: many records reach the windows as one, which costs much less. A
   * checkpoint finishes the bundle first.
   */
  private static final class Pieces extends DoFn<KafkaRecord<byte[], byte[]>, KV<Long, Totals>> {
    private static final long serialVersionUID = 1;
    private final WindowSpec spec;
    /** Of the computation. */
    private final String name;
    private final Sum sum;
    private transient Map<Long, Totals> sums;

    Pieces(WindowSpec spec, String name) {
      this.spec = spec;
      this.name = name;
      this.sum = new Sum(spec);
    }

    @StartBundle
    public void begin() {
      sums = new HashMap<>();
    }

    @ProcessElement
    public void process(@Element KafkaRecord<byte[], byte[]> record) {
      for (WindowSpec.Piece piece : spec.piecesOf(record.getKV().getValue())) {
        sum.addPiece(sums.computeIfAbsent(piece.windowStartMs, absent -> sum.createAccumulator()), piece);
      }
      positionOf(name, new TopicPartition(record.getTopic(), record.getPartition())).take(record.getOffset());
    }

    @FinishBundle
    public void finish(FinishBundleContext context) {
      sums.forEach((start, totals) -> context.output(KV.of(start, totals), Instant.now(), GlobalWindow.INSTANCE));
      sums = null;
    }
  }

  private static final class Sum extends Combine.CombineFn<Totals, Totals, Totals> {
    private static final long serialVersionUID = 1;
    private final WindowSpec spec;

    Sum(WindowSpec spec) {
      this.spec = spec;
    }

    @Override
    public Totals createAccumulator() {
      return new Totals(new Long[spec.columns.size()], new long[spec.columns.size()]);
    }

    void addPiece(Totals sum, WindowSpec.Piece piece) {
      for (int index = 0; index < sum.counts.length; index++) {
        if (piece.amounts[index] == null) continue;
        sum.counts[index]++;
        add(sum, index, piece.amounts[index]);
      }
    }

    @Override
    public Totals addInput(Totals sum, Totals added) {
      for (int index = 0; index < sum.counts.length; index++) {
        sum.counts[index] += added.counts[index];
        if (added.totals[index] != null) add(sum, index, added.totals[index]);
      }
      return sum;
    }

    private void add(Totals sum, int index, long amount) {
      Long before = sum.totals[index];
      sum.totals[index] = before == null ? amount : together(spec.columns.get(index).kind, before, amount);
    }

    private static long together(String kind, long one, long other) {
      switch (kind) {
        case "min":
          return Math.min(one, other);
        case "max":
          return Math.max(one, other);
        default:
          return one + other;
      }
    }

    @Override
    public Totals mergeAccumulators(Iterable<Totals> accumulators) {
      Totals merged = createAccumulator();
      for (Totals accumulator : accumulators) addInput(merged, accumulator);
      return merged;
    }

    @Override
    public Totals extractOutput(Totals accumulator) {
      return new Totals(accumulator.totals.clone(), accumulator.counts.clone());
    }
  }

  /** Records of the topic of windows. */
  private static final class Rows extends DoFn<KV<Long, Totals>, KV<String, String>> {
    private static final long serialVersionUID = 1;
    private static final ObjectMapper JSON = new ObjectMapper();
    private final WindowSpec spec;

    Rows(WindowSpec spec) {
      this.spec = spec;
    }

    @ProcessElement
    public void process(@Element KV<Long, Totals> window, OutputReceiver<KV<String, String>> output) throws IOException {
      long start = window.getKey();
      Totals totals = window.getValue();
      output.output(
          KV.of(JSON.writeValueAsString(spec.key(start)), JSON.writeValueAsString(spec.row(start, totals.totals, totals.counts))));
    }
  }
}
