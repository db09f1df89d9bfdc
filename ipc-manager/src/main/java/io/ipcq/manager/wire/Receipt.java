// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a client did with a result that only it got: how many elements it took, and which of these it could not decode.
 */
public final class Receipt {

    private static final int ALL = Integer.MAX_VALUE;

    private final Set<Integer> undecodable = new LinkedHashSet<>();
    private int taken = ALL;

    /** The element at a place was taken, but cannot be decoded here. */
    public void undecodable(int index) {
        undecodable.add(index);
    }

    /** Only so many were taken; the others go back. */
    public void takenOnly(int count) {
        taken = count;
    }

    public void takenAll() {
        taken = ALL;
    }

    /** The params of {@code arrived}, for the result of a call. */
    public Object[] params(Object key) {
        if (taken < ALL) {
            return new Object[] {key, undecodable, taken};
        }
        return undecodable.isEmpty() ? new Object[] {key} : new Object[] {key, undecodable};
    }

    public boolean isUndecodable(int index) {
        return undecodable.contains(index);
    }

    public boolean isTaken(int index) {
        return index < taken;
    }
}
