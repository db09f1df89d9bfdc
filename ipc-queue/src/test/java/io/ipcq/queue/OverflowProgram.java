// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.Patience;
import io.ipcq.codec.Codec;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Uses a queue where a stack ends: goes down until it overflows, and on the way up calls the queue from each frame,
 * until there is enough stack again. So the overflow comes up at each call that the queue makes, in its turn.
 */
final class OverflowProgram {

    private static final int SMALLEST_STACK_BYTES = 192 << 10;
    private static final int STEP_BYTES = 16;
    private static final int STEPS = 4096;
    private static final int ENOUGH = 3;

    /** Something done with one element. */
    private enum Call {
        OFFER {
            @Override
            boolean run(OverflowProgram program) {
                return program.queue.offer(ELEMENT);
            }
        },
        POLL {
            @Override
            boolean run(OverflowProgram program) {
                return program.queue.poll() != null;
            }
        },
        PUT {
            @Override
            boolean run(OverflowProgram program) throws InterruptedException {
                program.queue.put(ELEMENT);
                return true;
            }
        },
        GET {
            @Override
            boolean run(OverflowProgram program) throws InterruptedException {
                return program.queue.get(Patience.LIMIT) != null;
            }
        },
        PUT_WITHIN {
            @Override
            boolean run(OverflowProgram program) throws InterruptedException {
                return program.queue.put(ELEMENT, Patience.LIMIT);
            }
        },
        RECEIVE {
            @Override
            boolean run(OverflowProgram program) throws InterruptedException {
                return program.receive();
            }
        },
        PEEK {
            @Override
            boolean run(OverflowProgram program) {
                return program.queue.peek() != null;
            }
        };

        private static final String ELEMENT = "of-program";

        abstract boolean run(OverflowProgram program) throws InterruptedException;

        private final boolean puts = name().matches("OFFER|PUT.*");
        private final boolean takes = name().matches("POLL|GET|RECEIVE");
    }

    private final SharedQueue<String> queue;
    private int put;
    private int taken;
    private int takesThatFailed;
    private int overflows;
    private int successes;
    private @Nullable Delivery<String> unacknowledged;

    private OverflowProgram(SharedQueue<String> queue) {
        this.queue = queue;
    }

    public static void main(String[] args) throws Exception {
        Random random = new Random(Long.parseLong(args[2]));
        int rounds = Integer.parseInt(args[3]);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (SharedQueue<String> queue = FaultEngine.valueOf(args[0]).open(Path.of(args[1]), Codec.utf8())) {
            if (queue instanceof DurableQueue) {
                // or classes of the JDK, with which those of Chronicle are loaded, would be broken for good
                queue.put(queue.get());
            }
            OverflowProgram program = new OverflowProgram(queue);
            for (int round = 0; round < rounds; round++) {
                for (Call call : Call.values()) {
                    program.run(call, SMALLEST_STACK_BYTES + STEP_BYTES * random.nextInt(STEPS));
                }
            }
            System.out.println("done " + program.put + " " + program.taken + " " + program.takesThatFailed + " "
                    + program.overflows);
            in.readLine();
        }
    }

    /** What could not be acknowledged for want of stack is, by the next one. */
    private boolean receive() throws InterruptedException {
        if (!(queue instanceof DurableQueue<String> durable)) {
            return queue.get() != null;
        }
        if (unacknowledged == null) {
            unacknowledged = durable.receive();
        }
        unacknowledged.ack();
        unacknowledged = null;
        return true;
    }

    private void run(Call call, int stackBytes) throws InterruptedException {
        successes = 0;
        Thread thread = new Thread(null, () -> descend(call), call.name(), stackBytes);
        thread.start();
        thread.join();
        if (successes < ENOUGH) {
            throw new AssertionError(call + " has not succeeded: successes=" + successes);
        }
    }

    private void descend(Call call) {
        try {
            descend(call);
        } catch (StackOverflowError | QueueStorageException e) {
            overflows++; // Chronicle may have caught the error
        }
        if (successes < ENOUGH) {
            attempt(call);
        }
    }

    private void attempt(Call call) {
        boolean done = false;
        try {
            if (!call.run(this)) {
                throw new AssertionError(call + " found nothing");
            }
            done = true;
            successes++;
            put += call.puts ? 1 : 0;
            taken += call.takes ? 1 : 0;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            if (!done && call.takes) {
                takesThatFailed++;
            }
        }
    }
}
