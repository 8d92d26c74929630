import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A computation that streamctl starts through ControlServer. A program extends it by what its engine runs and knows. */
public abstract class Computation {
  /** What to compute. */
  public static final class Request {
    public final String name;
    /** Reported as it is. */
    public final JsonNode identity;
    public final String brokers;
    /** Absolute path of the folder with its checkpoints. The computation resumes from them, if there are any. */
    public final String checkpoints;
    public final WindowSpec spec;

    Request(JsonNode document) throws IOException {
      name = WindowSpec.text(document, "name");
      identity = WindowSpec.required(document, "identity");
      brokers = WindowSpec.text(document, "brokers");
      checkpoints = WindowSpec.text(document, "checkpoints");
      spec = WindowSpec.parse(WindowSpec.required(document, "spec").toString());
    }
  }

  /** What the engine reports at one moment. */
  public static final class Status {
    private final String state;
    private final List<Map<String, Object>> positions = new ArrayList<>();
    /** When the last checkpoint was written; null before the first. */
    public Long lastProgressAtMs;
    /** Texts and numbers of the engine, for people. */
    public final Map<String, Object> facts = new LinkedHashMap<>();

    /** @param state RUNNING, STOPPING, or a word of the engine */
    public Status(String state) {
      this.state = state;
    }

    /** How far a partition has been read. */
    public void addPosition(String topic, int partition, long nextOffset) {
      positions.add(Map.of("topic", topic, "partition", partition, "nextOffset", nextOffset));
    }
  }

  protected final Request request;
  protected final long startedAtMs = System.currentTimeMillis();

  /** Of this run: another one of the same name has another id. */
  private final String id = UUID.randomUUID().toString();
  private int failures;
  private Map<String, Object> lastFailure;

  protected Computation(Request request) {
    this.request = request;
  }

  /** Returns once it runs. */
  protected abstract void start() throws Exception;

  /** Returns once it has ended. */
  protected abstract void stop() throws Exception;

  /** Whether it ended by itself and will not run again. */
  protected boolean hasEnded() throws Exception {
    return false;
  }

  /** Called at any time, even before it was started. */
  protected abstract Status status() throws Exception;

  /** Counts a failure after which it continues; the time identifies it, so reporting it again does nothing. */
  protected final synchronized void failed(long atMs, String message) {
    if (lastFailure != null && (long) lastFailure.get("atMs") == atMs) return;
    failures++;
    lastFailure = Map.of("atMs", atMs, "message", message);
  }

  /** Message of the last failure; null if there was none. */
  protected final synchronized String lastFailureMessage() {
    return lastFailure == null ? null : (String) lastFailure.get("message");
  }

  /** As ControlServer lists it. */
  final Map<String, Object> document() throws Exception {
    Status status = status();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("id", id);
    document.put("name", request.name);
    document.put("identity", request.identity);
    document.put("state", status.state);
    document.put("startedAtMs", startedAtMs);
    document.put("lastProgressAtMs", status.lastProgressAtMs);
    synchronized (this) {
      document.put("failures", failures);
      document.put("lastFailure", lastFailure);
    }
    document.put("positions", status.positions);
    document.put("facts", status.facts);
    return document;
  }
}
