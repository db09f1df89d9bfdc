// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Receives an element, and then makes each call that it is told to, and says what came of it. */
final class KafkaSleeperProgram {

    private KafkaSleeperProgram() {}

    public static void main(String[] args) throws Exception {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (DurableQueue<String> queue = DurableQueue.open(URI.create(args[0]), String.class)) {
            Delivery<String> delivery = queue.receive();
            System.out.println("received " + delivery.value());
            for (String call = orders.readLine(); call != null; call = orders.readLine()) {
                System.out.println(call + ": " + outcome(queue, delivery, call));
            }
        }
    }

    private static String outcome(DurableQueue<String> queue, Delivery<String> delivery, String call) {
        try {
            return switch (call) {
                case "put" -> {
                    queue.put("from the past");
                    yield "put";
                }
                case "putAll" -> {
                    queue.putAll(List.of("from", "the past"));
                    yield "put";
                }
                case "get" -> queue.get();
                case "getNow" -> "got " + queue.getNow();
                case "qsize" -> "" + queue.qsize();
                case "peek" -> "peek " + queue.peek();
                case "shutdown" -> {
                    queue.shutdown();
                    yield "shut down";
                }
                case "alter" -> "" + queue.alter(options -> options.withMaxAttempts(7));
                case "delete" -> {
                    queue.delete();
                    yield "deleted, as it was before";
                }
                default -> delivery.ack() ? "acknowledged" : "too late, as it was deleted";
            };
        } catch (Exception e) {
            return e.getClass().getSimpleName() + " " + e.getMessage();
        }
    }
}
