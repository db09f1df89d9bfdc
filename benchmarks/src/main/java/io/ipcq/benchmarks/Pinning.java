// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import com.kenai.jffi.MemoryIO;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.BitSet;

/** Binds a thread to one of the processors that it may use. */
final class Pinning {

    private static final int MASK_BYTES = 128;

    private Pinning() {}

    /**
     * Binds the calling thread to the n-th of its processors; false if there is none, or the kernel cannot be asked.
     */
    static boolean bindTo(int nth) {
        try {
            return System.getProperty("os.name").equals("Linux") && tryToBindTo(nth);
        } catch (LinkageError noLibrary) {
            return false;
        }
    }

    private static boolean tryToBindTo(int nth) {
        ByteBuffer mask = ByteBuffer.allocateDirect(MASK_BYTES);
        long address = MemoryIO.getInstance().getDirectBufferAddress(mask);
        if (SystemCall.of(204, 123).call(0, MASK_BYTES, address, 0) <= 0) { // sched_getaffinity
            return false;
        }
        int[] processors = BitSet.valueOf(mask).stream().toArray(); // of little-endian words, as both processors have
        if (nth >= processors.length) {
            return false;
        }
        BitSet one = new BitSet();
        one.set(processors[nth]);
        mask.clear().put(new byte[MASK_BYTES]).clear();
        mask.put(one.toByteArray());
        try {
            return SystemCall.of(203, 122).call(0, MASK_BYTES, address, 0) == 0; // sched_setaffinity
        } finally {
            Reference.reachabilityFence(mask);
        }
    }
}
