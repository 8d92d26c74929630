import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * The HTTP interface by which streamctl starts and stops the computations of a program (src/processors/program/client.ts):
 *
 * <pre>
 * GET    /computations             what runs
 * POST   /computations             starts one; with ?validate, only checks it
 * DELETE /computations/NAME        stops one and returns when it has ended
 * </pre>
 *
 * An error has a status of 400 (the request) or 500 (the engine) and the document {"error": message}. Everything is listed from memory, so
 * a program that was just started lists nothing.
 */
public final class ControlServer {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What a program does. Called by one thread at a time, except list(). */
  public interface Engine {
    /** Documents with id, name, identity, state, startedAtMs, lastProgressAtMs, failures, lastFailure, positions and facts. */
    List<Map<String, Object>> list() throws Exception;

    /** @throws IllegalArgumentException for a computation that the engine would refuse */
    void validate(Request request) throws Exception;

    /** Returns once it runs. @throws IllegalArgumentException as validate */
    void start(Request request) throws Exception;

    /** Returns once it has ended; does nothing for an unknown name. */
    void stop(String name) throws Exception;
  }

  /** A computation to start. */
  public static final class Request {
    public final String name;
    /** Returned by list() as it is. */
    public final JsonNode identity;
    public final String brokers;
    /** Absolute path of the folder with its checkpoints. The computation resumes from them, if there are any. */
    public final String checkpoints;
    public final WindowSpec spec;

    private Request(JsonNode document) throws IOException {
      name = WindowSpec.text(document, "name");
      identity = WindowSpec.required(document, "identity");
      brokers = WindowSpec.text(document, "brokers");
      checkpoints = WindowSpec.text(document, "checkpoints");
      spec = WindowSpec.parse(WindowSpec.required(document, "spec").toString());
    }
  }

  private final Engine engine;

  private ControlServer(Engine engine) {
    this.engine = engine;
  }

  /** Listens until the process ends. */
  public static void listen(String host, int port, Engine engine) throws IOException {
    ControlServer control = new ControlServer(engine);
    HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 0);
    server.createContext("/computations", control::handle);
    server.setExecutor(Executors.newFixedThreadPool(4));
    server.start();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try {
      answer(exchange, 200, respond(exchange));
    } catch (IllegalArgumentException refused) {
      answer(exchange, 400, Map.of("error", messageOf(refused)));
    } catch (Exception failed) {
      failed.printStackTrace();
      answer(exchange, 500, Map.of("error", messageOf(failed)));
    }
  }

  private Object respond(HttpExchange exchange) throws Exception {
    // A page in a browser could reach this port, and names itself so.
    if (exchange.getRequestHeaders().containsKey("Origin")) throw new IllegalArgumentException("requests of web pages are refused");
    String path = exchange.getRequestURI().getPath();
    switch (exchange.getRequestMethod()) {
      case "GET":
        return engine.list();
      case "POST":
        Request request = new Request(JSON.readTree(exchange.getRequestBody()));
        synchronized (this) {
          if ("validate".equals(exchange.getRequestURI().getQuery())) engine.validate(request);
          else engine.start(request);
        }
        return Map.of();
      case "DELETE":
        synchronized (this) {
          engine.stop(path.substring(path.lastIndexOf('/') + 1));
        }
        return Map.of();
      default:
        throw new IllegalArgumentException("method " + exchange.getRequestMethod() + " is not supported");
    }
  }

  private static void answer(HttpExchange exchange, int status, Object document) throws IOException {
    byte[] body = JSON.writeValueAsString(document).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("content-type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** The first line of the innermost cause. */
  public static String messageOf(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getCause() != cause) cause = cause.getCause();
    String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    return message.lines().findFirst().orElse(message);
  }
}
