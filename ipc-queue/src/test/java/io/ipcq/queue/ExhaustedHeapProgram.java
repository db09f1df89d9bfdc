// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Uses a queue with a codec and with targets that take all memory there is, and keep it until the queue has thrown.
 * Prints what it got: {@code engine directory rounds}.
 */
final class ExhaustedHeapProgram {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int LARGEST = 1 << 18;
    private static final int SMALLEST = 2;

    private static @Nullable Object[] hog;

    private ExhaustedHeapProgram() {}

    /** Text; takes all memory when it is told to. */
    private static final class GreedyCodec implements Codec<String> {

        private static final long serialVersionUID = 1L;

        private transient int times;
        private transient boolean pretends;

        @Override
        public String id() {
            return Codec.utf8().id();
        }

        @Override
        public byte[] encode(String value) {
            return value.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decode(byte[] bytes) {
            if (times > 0) {
                times--;
                exhaust(pretends);
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** Has no room for more than some, and no memory either. */
    private static final class GreedyTarget extends ArrayList<String> {

        private static final long serialVersionUID = 1L;

        private final int most;
        private final boolean pretends;

        GreedyTarget(int most, boolean pretends) {
            super(most + 1);
            this.most = most;
            this.pretends = pretends;
        }

        @Override
        public boolean add(String element) {
            if (size() == most) {
                exhaust(pretends);
            }
            return super.add(element);
        }
    }

    private static void exhaust(boolean pretends) {
        if (pretends) {
            throw new OutOfMemoryError("made by a test");
        }
        int size = LARGEST;
        while (true) {
            try {
                Object[] more = new Object[size];
                more[0] = hog;
                hog = more;
            } catch (OutOfMemoryError e) {
                if (size == SMALLEST) {
                    throw e;
                }
                size /= 2;
            }
        }
    }

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        GreedyCodec codec = new GreedyCodec();
        List<String> got = new ArrayList<>();
        int failures = 0;
        try (SharedQueue<String> queue = FaultEngine.valueOf(args[0]).open(Path.of(args[1]), codec)) {
            // pretended at first: a class that is made where there is no memory is lost, whosever it is
            for (int round = 0; round < Integer.parseInt(args[2]); round++) {
                boolean pretends = round == 0;
                failures += take(queue, codec, got, pretends);
                failures += drain(queue, got, pretends);
                got.add(queue.get(PATIENCE));
            }
        }
        System.out.println("failures " + failures);
        System.out.println("got " + String.join(" ", got));
        in.readLine();
    }

    private static int take(SharedQueue<String> queue, GreedyCodec codec, List<String> got, boolean pretends)
            throws InterruptedException {
        codec.times = 1;
        codec.pretends = pretends;
        try {
            got.add(queue.get(PATIENCE));
            return 0;
        } catch (OutOfMemoryError | QueueStorageException e) {
            return 1;
        } finally {
            hog = null;
        }
    }

    private static int drain(SharedQueue<String> queue, List<String> got, boolean pretends) {
        GreedyTarget target = new GreedyTarget(3, pretends);
        try {
            queue.drainTo(target, 20);
            return 0;
        } catch (OutOfMemoryError | QueueStorageException e) {
            return 1;
        } finally {
            hog = null;
            got.addAll(target);
        }
    }
}
