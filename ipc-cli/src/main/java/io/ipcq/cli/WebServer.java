// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Serves the page and what it asks for, to browsers on this machine.
 *
 * <p>Thread-safe.
 */
final class WebServer implements AutoCloseable {

    /*
     * Who may ask is WebGuard's to say, before anything else happens. Each stream has a thread, and the others have to
     * have some left. The page is four files, and all that it shows is text that it asks for.
     */

    private static final int THREADS = 24;
    private static final int STREAMS = 12;
    private static final int IDLE_SECONDS = 10;
    private static final int LONGEST_BODY = 1 << 20;

    private static final String JSON = "application/json";
    private static final String HTML = "text/html; charset=utf-8";
    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final String STYLE = "text/css; charset=utf-8";

    /** Path, and where it is among the resources. */
    private record Asset(String type, String resource) {}

    private static final Map<String, Asset> ASSETS = Map.of(
            "/", new Asset(HTML, "web/page.html"),
            "/icon.svg", new Asset("image/svg+xml", "web/icon.svg"),
            "/page.js", new Asset(SCRIPT, "web/page.js"),
            "/page.css", new Asset(STYLE, "web/page.css"),
            "/uplot.js", new Asset(SCRIPT, "web/uplot/uPlot.iife.min.js"),
            "/uplot.css", new Asset(STYLE, "web/uplot/uPlot.min.css"));

    /** What the page wants done; what an action does not need is 0 or null. */
    record Order(int id, long number, @Nullable String text) {}

    /** What has become of it. */
    record Outcome(boolean done, long count) {}

    record About(boolean readOnly, long pid) {}

    record Failure(String message) {}

    /** An answer to who may ask. */
    @FunctionalInterface
    private interface Reply {
        byte[] make(WebQueues queues, Query query) throws IOException, InterruptedException;
    }

    @FunctionalInterface
    private interface Action {
        Outcome carryOut(WebQueues queues, Order order) throws IOException, InterruptedException;
    }

    /** The part of an address after the question mark: {@code id=1}, and nothing else. */
    private record Query(@Nullable String text) {
        int id() {
            if (text == null || !text.matches("id=[0-9]{1,9}")) {
                throw new IllegalArgumentException("it has to say which queue: id=NUMBER");
            }
            return Integer.parseInt(text.substring("id=".length()));
        }
    }

    private final Map<String, Reply> replies = Map.of(
            "/api/about", (all, query) -> json(About.class, about()),
            "/api/queue", (all, query) -> json(WebQueues.Detail.class, all.detail(query.id())),
            "/api/elements", (all, query) -> json(WebQueues.Elements.class, all.elements(query.id())),
            "/api/letters", (all, query) -> json(WebQueues.Elements.class, all.letters(query.id())));

    private final Map<String, Action> actions = Map.of(
            "/api/put", (all, order) -> one(all.put(order.id, text(order))),
            "/api/requeue", (all, order) -> one(all.requeue(order.id, order.number)),
            "/api/requeue-all", (all, order) -> new Outcome(true, all.requeueAll(order.id)),
            "/api/discard", (all, order) -> one(all.discard(order.id, order.number)));

    private final WebQueues queues;
    private final boolean readOnly;
    private final WebSampler sampler;
    private final WebGuard guard;
    private final HttpServer server;
    private final ThreadPoolExecutor threads;
    private final AtomicInteger streams = new AtomicInteger();

    /** @param port 0 for any */
    WebServer(WebQueues queues, Surroundings surroundings, int port, boolean readOnly) throws IOException {
        this.queues = queues;
        this.readOnly = readOnly;
        this.server =
                HttpServer.create(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), 0);
        this.guard = new WebGuard(server.getAddress().getPort());
        this.threads = new ThreadPoolExecutor(
                0, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), WebServer::daemon);
        this.sampler = new WebSampler(queues, surroundings);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /**
     * For a program that serves nothing else: who is slow to ask does not keep a thread, and who is answered need not
     * wait.
     */
    static void limitRequests() {
        System.setProperty("sun.net.httpserver.maxReqTime", "10");
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "ipcq-web");
        thread.setDaemon(true);
        return thread;
    }

    /** Where the page is, with the secret that it needs; whoever has it may do all that the page can. */
    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/#" + guard.token());
    }

    // ---- requests ---------------------------------------------------------------------------------------------------

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            WebGuard.protect(exchange.getResponseHeaders());
            String path = exchange.getRequestURI().getRawPath();
            Asset asset = ASSETS.get(path);
            int refusal = guard.refusal(exchange, asset == null);
            if (refusal != 0) {
                answer(exchange, refusal, JSON, new byte[0]);
            } else if (asset != null) {
                answer(exchange, WebGuard.OK, asset.type, read(asset.resource));
            } else {
                answer(exchange, path);
            }
        }
    }

    private void answer(HttpExchange exchange, String path) throws IOException {
        boolean isPost = exchange.getRequestMethod().equals("POST");
        Reply reply = replies.get(path);
        Action action = actions.get(path);
        if (path.equals("/api/stream") && !isPost) {
            stream(exchange);
        } else if (reply != null && !isPost) {
            Query query = new Query(exchange.getRequestURI().getRawQuery());
            answer(exchange, WebGuard.FAILED, () -> reply.make(queues, query));
        } else if (action != null && isPost) {
            carryOut(exchange, action);
        } else {
            boolean isThere = reply != null || action != null || path.equals("/api/stream");
            answer(exchange, isThere ? WebGuard.WRONG_METHOD : WebGuard.NOT_FOUND, JSON, new byte[0]);
        }
    }

    private void carryOut(HttpExchange exchange, Action action) throws IOException {
        if (readOnly) {
            answer(exchange, WebGuard.FORBIDDEN, JSON, json(Failure.class, new Failure("the page is read-only")));
            return;
        }
        byte[] body = exchange.getRequestBody().readNBytes(LONGEST_BODY + 1);
        if (body.length > LONGEST_BODY) {
            answer(exchange, WebGuard.TOO_LARGE, JSON, new byte[0]);
            return;
        }
        answer(exchange, WebGuard.BAD_REQUEST, () -> {
            Order order = Codec.json(Order.class).decode(body);
            return json(Outcome.class, action.carryOut(queues, order));
        });
    }

    @FunctionalInterface
    private interface Answer {
        byte[] make() throws IOException, InterruptedException;
    }

    /**
     * What goes wrong is told to who asked, who has the secret.
     *
     * @param undecodable what it is if something cannot be decoded: what was sent, or an element that is damaged
     */
    private static void answer(HttpExchange exchange, int undecodable, Answer answer) throws IOException {
        byte[] body;
        int status = WebGuard.OK;
        try {
            body = answer.make();
        } catch (IllegalArgumentException | CodecException e) {
            status = e instanceof CodecException ? undecodable : WebGuard.BAD_REQUEST;
            body = json(Failure.class, new Failure(FailureReport.describe(e)));
        } catch (InterruptedException e) {
            return; // the server ends
        } catch (IOException | RuntimeException | InternalError e) {
            status = WebGuard.FAILED;
            body = json(Failure.class, new Failure(FailureReport.describe(e)));
        }
        answer(exchange, status, JSON, body);
    }

    private static void answer(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    private static byte[] read(String resource) throws IOException {
        try (InputStream in = WebServer.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new FileNotFoundException("a part of the page is missing: resource=" + resource);
            }
            return in.readAllBytes();
        }
    }

    /** A line each time something was seen, until who reads has gone; who is slow gets fewer. */
    private void stream(HttpExchange exchange) throws IOException {
        if (streams.incrementAndGet() > STREAMS) {
            streams.decrementAndGet();
            answer(exchange, WebGuard.BUSY, JSON, json(Failure.class, new Failure("too many pages are open")));
            return;
        }
        sampler.enter();
        try {
            exchange.getResponseHeaders().set("Content-Type", "application/x-ndjson");
            exchange.sendResponseHeaders(WebGuard.OK, 0);
            OutputStream out = exchange.getResponseBody();
            WebSampler.Numbered frame = sampler.next(0);
            while (frame != null) {
                byte[] line = new byte[frame.json().length + 1];
                System.arraycopy(frame.json(), 0, line, 0, line.length - 1);
                line[line.length - 1] = '\n';
                out.write(line);
                out.flush();
                frame = sampler.next(frame.number());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sampler.leave();
            streams.decrementAndGet();
        }
    }

    // ---- what is sent -----------------------------------------------------------------------------------------------

    private About about() {
        return new About(readOnly, ProcessHandle.current().pid());
    }

    private static Outcome one(boolean done) {
        return new Outcome(done, done ? 1 : 0);
    }

    private static String text(Order order) {
        if (order.text == null) {
            throw new IllegalArgumentException("there is nothing to put: text=null");
        }
        return order.text;
    }

    private static <T> byte[] json(Class<T> type, T value) {
        return Codec.json(type).encode(value);
    }

    /** How many read along. */
    int streams() {
        return streams.get();
    }

    @Override
    public void close() {
        sampler.close();
        server.stop(0);
        threads.shutdownNow();
    }
}
