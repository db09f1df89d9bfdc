// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ipcq.memory.Deadline;
import java.util.Arrays;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The ring's publication under the harness of the JDK's memory model, through two mappings of one file. */
public class RingStress {

    private static final byte[] FIRST = payload((byte) 1);
    private static final byte[] SECOND = payload((byte) 2);

    private RingStress() {}

    private static byte[] payload(byte of) {
        byte[] payload = new byte[200];
        Arrays.fill(payload, of);
        return payload;
    }

    private static void put(Ring ring, byte[] payload) {
        try {
            if (ring.put(payload, Deadline.NOW) != 1) {
                throw new AssertionError("no room in an empty ring");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** 0 for nothing, the number of a payload that is whole, -1 for anything else. */
    private static int take(Ring ring) {
        byte[] payload = ring.take();
        return payload == null ? 0 : Arrays.equals(payload, FIRST) ? 1 : Arrays.equals(payload, SECOND) ? 2 : -1;
    }

    /** What is there is there whole. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "taken too early")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "whole")
    @Outcome(expect = FORBIDDEN, desc = "torn")
    @State
    public static class Publication {
        private final StressRing ring = StressRing.next();

        @Actor
        public void producer() {
            put(ring.side(0), FIRST);
        }

        @Actor
        public void consumer(I_Result result) {
            result.r1 = take(ring.side(1));
        }
    }

    /** Two consumers: one gets it, and nobody gets it twice. */
    @JCStressTest
    @Outcome(id = {"1, 0", "0, 1"}, expect = ACCEPTABLE, desc = "one has it")
    @Outcome(expect = FORBIDDEN, desc = "twice, torn, or gone")
    @State
    public static class Claim {
        private final StressRing ring = StressRing.next();

        public Claim() {
            put(ring.side(0), FIRST);
        }

        @Actor
        public void one(II_Result result) {
            result.r1 = take(ring.side(0));
        }

        @Actor
        public void other(II_Result result) {
            result.r2 = take(ring.side(1));
        }
    }

    /** Two producers: both are there, in one order or the other. */
    @JCStressTest
    @Outcome(id = {"1, 2", "2, 1"}, expect = ACCEPTABLE, desc = "both")
    @Outcome(expect = FORBIDDEN, desc = "one is missing or torn")
    @State
    public static class Producers {
        private final StressRing ring = StressRing.next();

        @Actor
        public void one() {
            put(ring.side(0), FIRST);
        }

        @Actor
        public void other() {
            put(ring.side(1), SECOND);
        }

        @Arbiter
        public void look(II_Result result) {
            result.r1 = take(ring.side(0));
            result.r2 = take(ring.side(1));
        }
    }

    /** What a waiter is told by: the flag or the element, never neither. */
    @JCStressTest
    @Outcome(id = "false, false", expect = FORBIDDEN, desc = "sleeps for ever")
    @Outcome(expect = ACCEPTABLE, desc = "one sees the other")
    @State
    public static class Sleeper {
        private final StressRing ring = StressRing.next();

        @Actor
        public void producer(ZZ_Result result) {
            put(ring.side(0), FIRST);
            result.r1 = ring.region(0).getIntVolatile(RingLayout.NOT_EMPTY) != 0;
        }

        @Actor
        public void consumer(ZZ_Result result) {
            ring.region(1).putIntVolatile(RingLayout.NOT_EMPTY, 1);
            java.lang.invoke.VarHandle.fullFence();
            result.r2 = ring.side(1).isReady();
        }
    }

    /** A size is that of some instant, whoever puts and takes meanwhile. */
    @JCStressTest
    @Outcome(id = {"0, 0", "1, 0", "0, 1", "1, 1"}, expect = ACCEPTABLE, desc = "before or after")
    @Outcome(expect = FORBIDDEN, desc = "never was")
    @State
    public static class Size {
        private final StressRing ring = StressRing.next();

        @Actor
        public void producer() {
            put(ring.side(0), FIRST);
        }

        @Actor
        public void looker(II_Result result) {
            result.r1 = (int) ring.side(1).size();
        }

        @Actor
        public void consumer(II_Result result) {
            result.r2 = take(ring.side(1));
        }
    }
}
