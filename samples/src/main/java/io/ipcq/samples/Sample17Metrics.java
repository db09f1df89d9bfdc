// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import com.sun.net.httpserver.HttpServer;
import io.ipcq.metrics.IpcqMetrics;
import io.ipcq.metrics.Watched;
import io.ipcq.pool.ProcessPool;
import io.ipcq.queue.SharedQueue;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Question: how does Prometheus see queues and pools?
 *
 * <p>Micrometer makes meters of what is watched, and nothing is counted twice: a queue's totals are the queue's, of all
 * processes. The program serves them over HTTP, and asks for them once itself, as Prometheus would every few seconds.
 *
 * <p>Command: {@code ./ipcq demo metrics}
 *
 * <p>Expected output:
 *
 * <pre>
 * ipcq_pool_tasks_total{pool="squares",result="succeeded"} 3.0
 * ipcq_queue_depth_elements{queue="numbers"} 1.0
 * ipcq_queue_put_elements_total{queue="numbers"} 3.0
 * ipcq_queue_taken_elements_total{queue="numbers"} 2.0
 * </pre>
 */
public final class Sample17Metrics {

    private static final List<String> SHOWN = List.of(
            "ipcq_pool_tasks_total{pool=\"squares\",result=\"succeeded\"}",
            "ipcq_queue_depth",
            "ipcq_queue_put",
            "ipcq_queue_taken");

    private Sample17Metrics() {}

    public static void main(String[] args) throws Exception {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (SharedQueue<Integer> numbers = SharedQueue.create(Integer.class);
                ProcessPool pool =
                        ProcessPool.builder().name("squares").workers(1).create()) {
            new IpcqMetrics(new Watched().queue("numbers", numbers).pool(pool)).bindTo(registry);
            numbers.putAll(pool.map(Sample17Metrics::square, List.of(1, 2, 3)));
            numbers.get();
            numbers.get();
            HttpServer server = serve(registry);
            try {
                scrape(server.getAddress().getPort())
                        .lines()
                        .filter(line -> SHOWN.stream().anyMatch(line::startsWith))
                        .sorted()
                        .forEach(System.out::println);
            } finally {
                server.stop(0);
            }
        }
    }

    private static int square(int number) {
        return number * number;
    }

    private static HttpServer serve(PrometheusMeterRegistry registry) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/metrics", exchange -> {
            byte[] text = registry.scrape().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, text.length);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(text);
            }
        });
        server.start();
        return server;
    }

    private static String scrape(int port) throws IOException, InterruptedException {
        URI address = URI.create("http://127.0.0.1:" + port + "/metrics");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
