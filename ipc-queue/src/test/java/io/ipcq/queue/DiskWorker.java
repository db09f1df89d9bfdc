// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The processes that send much through a queue in batches: {@code put} id count, or {@code take}. */
final class DiskWorker {

    static final int ELEMENT_BYTES = 100;
    private static final int BATCH = 64;

    private DiskWorker() {}

    public static void main(String[] args) throws Exception {
        try (DurableQueue<byte[]> queue = DurableQueue.open(Path.of(args[0]), byte[].class)) {
            System.out.println("started");
            if (args[1].equals("put")) {
                put(queue, Integer.parseInt(args[2]), Long.parseLong(args[3]));
            } else {
                take(queue);
            }
        }
    }

    private static void put(DurableQueue<byte[]> queue, int id, long count) throws InterruptedException {
        for (long sequence = 0; sequence < count; ) {
            List<byte[]> batch = new ArrayList<>(BATCH);
            while (batch.size() < BATCH && sequence < count) {
                byte[] element = new byte[ELEMENT_BYTES];
                ByteBuffer.wrap(element).putInt(id).putLong(sequence++);
                batch.add(element);
            }
            queue.putAll(batch);
        }
        System.out.println("put " + count);
    }

    /** Takes until the end; says how many there were of each producer, and the sum of their numbers. */
    private static void take(DurableQueue<byte[]> queue) throws InterruptedException {
        Map<Integer, long[]> seen = new HashMap<>(); // count, sum, last
        List<byte[]> batch = new ArrayList<>(BATCH);
        while (true) {
            batch.clear();
            if (queue.drainTo(batch, BATCH) == 0) {
                try {
                    batch.add(queue.get());
                } catch (QueueShutdownException e) {
                    break;
                }
            }
            batch.forEach(element -> count(seen, ByteBuffer.wrap(element)));
        }
        seen.forEach((id, sums) -> System.out.println("took " + id + " " + sums[0] + " " + sums[1]));
        System.out.println("end");
    }

    private static void count(Map<Integer, long[]> seen, ByteBuffer element) {
        int id = element.getInt();
        long sequence = element.getLong();
        long[] sums = seen.computeIfAbsent(id, any -> new long[] {0, 0, -1});
        if (sequence <= sums[2]) {
            throw new AssertionError("out of order: producer=" + id + ", " + sequence + " after " + sums[2]);
        }
        sums[0]++;
        sums[1] += sequence;
        sums[2] = sequence;
    }
}
