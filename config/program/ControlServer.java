import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/**
 * The HTTP interface by which streamctl starts and stops the computations of a program (src/processors/program-client.ts):
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

  /** What a program does. Called by one thread at a time. */
  public interface Engine {
    /** A computation that is ready to start. @throws IllegalArgumentException for one that the engine would refuse */
    Computation prepare(Computation.Request request) throws Exception;
  }

  private final Engine engine;
  /** By name: there is never a second writer. */
  private final Map<String, Computation> computations = new ConcurrentHashMap<>();

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
    if (isOfWebPage(exchange.getRequestHeaders())) throw new IllegalArgumentException("requests of web pages are refused");
    String path = exchange.getRequestURI().getPath();
    switch (exchange.getRequestMethod()) {
      case "GET":
        return list();
      case "POST":
        Computation.Request request = new Computation.Request(JSON.readTree(exchange.getRequestBody()));
        synchronized (this) {
          Computation computation = engine.prepare(request);
          if (!"validate".equals(exchange.getRequestURI().getQuery())) start(request.name, computation);
        }
        return Map.of();
      case "DELETE":
        synchronized (this) {
          stop(path.substring(path.lastIndexOf('/') + 1));
        }
        return Map.of();
      default:
        throw new IllegalArgumentException("method " + exchange.getRequestMethod() + " is not supported");
    }
  }

  /**
   * A page in a browser on this machine can reach this port. It names its origin, or, where its own name resolves to 127.0.0.1 (DNS
   * rebinding), that name as the host.
   */
  private static boolean isOfWebPage(Headers headers) {
    String host = headers.getFirst("Host");
    return headers.containsKey("Origin") || host == null || !host.matches("(127\\.0\\.0\\.1|localhost|\\[::1\\])(:\\d+)?");
  }

  private List<Map<String, Object>> list() throws Exception {
    List<Map<String, Object>> documents = new ArrayList<>();
    for (Computation computation : computations.values()) documents.add(computation.document());
    return documents;
  }

  private void start(String name, Computation computation) throws Exception {
    Computation former = computations.get(name);
    if (former != null && !former.hasEnded()) throw new IllegalArgumentException(name + " is running already");
    computations.put(name, computation);
    try {
      computation.start();
    } catch (Exception failure) {
      try {
        stop(name);
      } catch (Exception also) {
        failure.addSuppressed(also);
      }
      throw failure;
    }
  }

  /** Does nothing for an unknown name. One that cannot be stopped is still listed. */
  private void stop(String name) throws Exception {
    Computation computation = computations.get(name);
    if (computation == null) return;
    computation.stop();
    computations.remove(name);
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
