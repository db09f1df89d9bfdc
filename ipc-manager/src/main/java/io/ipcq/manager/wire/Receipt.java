// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a client made of a result that only it got: which of the elements it could not decode, and how many it took at
 * all.
 */
public final class Receipt {

    private static final int ALL = Integer.MAX_VALUE;

    private final Set<Integer> undecodable = new LinkedHashSet<>();
    private int taken = ALL;

    /** The element at a place was taken, but nothing can be made of it here. */
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

    /** As it is sent, for the result of a call. */
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
