// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A process that puts numbered elements and keeps a ledger of that. Arguments: queue, ledgers, name, id, count, batch,
 * filler.
 */
final class LedgerProducer {

    private LedgerProducer() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        int id = Integer.parseInt(args[3]);
        long count = Long.parseLong(args[4]);
        int batch = Integer.parseInt(args[5]);
        int filler = Integer.parseInt(args[6]);
        Random random = new Random(id);
        try (Ledger ledger = Ledger.create(Path.of(args[1]), args[2]);
                DurableQueue<byte[]> queue = DurableQueue.open(directory, byte[].class)) {
            System.out.println("started");
            for (long sequence = 0; sequence < count; ) {
                int size = (int) Math.min(count - sequence, 1 + random.nextInt(batch));
                List<byte[]> elements = new ArrayList<>(size);
                for (int i = 0; i < size; i++) {
                    elements.add(CrashElement.encode(id, sequence + i, fillerBytes(random, filler)));
                }
                ledger.writeRange(Ledger.Kind.BEGUN, id, sequence, size, 0);
                if (size == 1) {
                    queue.put(elements.get(0));
                } else {
                    queue.putAll(elements);
                }
                ledger.writeRange(Ledger.Kind.PUT, id, sequence, size, 0);
                sequence += size;
            }
        }
        System.out.println("done");
    }

    /** Mostly small, sometimes as large as allowed. */
    private static int fillerBytes(Random random, int max) {
        return random.nextInt((max >> random.nextInt(17)) + 1);
    }
}
