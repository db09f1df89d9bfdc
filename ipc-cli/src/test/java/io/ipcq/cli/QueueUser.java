// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A process that uses a queue as its first argument says; it prints a line when it has begun. */
final class QueueUser {

    private QueueUser() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("attach")) {
            attach(Arrays.stream(arguments).skip(1).map(Path::of).toList());
            return;
        }
        Path directory = Path.of(arguments[1]);
        try (SharedQueue<String> queue = open(directory)) {
            switch (arguments[0]) {
                case "get" -> {
                    System.out.println("ready");
                    queue.get();
                }
                case "put" -> {
                    System.out.println("ready");
                    queue.put("more");
                }
                case "receive" -> receive((DurableQueue<String>) queue, Integer.parseInt(arguments[2]));
                case "busy" -> putAndGet(queue);
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        }
    }

    /** Opens all queues in directories, and does nothing with them. */
    private static void attach(List<Path> parents) throws Exception {
        List<SharedQueue<String>> kept = new ArrayList<>();
        for (Path parent : parents) {
            try (Stream<Path> queues = Files.list(parent)) {
                for (Path queue : queues.toList()) {
                    kept.add(open(queue));
                }
            }
        }
        System.out.println("ready");
        System.in.read();
        kept.forEach(SharedQueue::close);
    }

    private static SharedQueue<String> open(Path directory) throws Exception {
        return directory.resolve("control.ipcq").toFile().exists()
                ? DurableQueue.open(directory, String.class)
                : SharedQueue.open(directory, String.class);
    }

    /** Leases, and keeps what it has. */
    private static void receive(DurableQueue<String> queue, int count) throws Exception {
        List<Delivery<String>> kept = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            kept.add(queue.receive());
        }
        System.out.println("ready");
        System.in.read();
        kept.clear();
    }

    /** Is in the mutex of puts much of the time. */
    private static void putAndGet(SharedQueue<String> queue) throws Exception {
        String large = "x".repeat(200_000);
        queue.put(large); // the first one takes long: classes are loaded
        queue.get();
        System.out.println("ready");
        while (true) {
            queue.put(large);
            queue.get();
        }
    }
}
