// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import io.ipcq.memory.Deadline;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The peers of a listener on their way to a connection, and which of them has to go if there are too many. Not
 * thread-safe.
 */
final class Newcomers {
    /*
     * Who has to go. Among the peers that have not proved the key, the origin with most of them loses the one that came
     * first. So one origin cannot lock others out. Many origins cannot either, because a peer that has just come has
     * time to answer. Peers that have proved the key stay. A process of this user is no stranger, and stays for as long
     * as a stranger may take.
     */

    /** In the order in which they came. */
    private final Set<Newcomer> all = new LinkedHashSet<>();

    void add(Newcomer newcomer) {
        all.add(newcomer);
    }

    /** False if it was not there. */
    boolean remove(Newcomer newcomer) {
        return all.remove(newcomer);
    }

    boolean contains(Newcomer newcomer) {
        return all.contains(newcomer);
    }

    int size() {
        return all.size();
    }

    List<Newcomer> copy() {
        return List.copyOf(all);
    }

    /** Null if all are to stay. */
    @Nullable
    Newcomer dispensable() {
        Map<Object, Integer> counts = new HashMap<>();
        for (Newcomer newcomer : all) {
            if (newcomer.isDispensable()) {
                counts.merge(newcomer.origin(), 1, Integer::sum);
            }
        }
        Newcomer first = null;
        int most = 0;
        for (Newcomer newcomer : all) {
            int count = newcomer.isDispensable() ? counts.getOrDefault(newcomer.origin(), 0) : 0;
            if (count > most) {
                first = newcomer;
                most = count;
            }
        }
        return first;
    }

    /** When the first of them has to be through. */
    long nearestDeadline() {
        long nearest = Deadline.NEVER;
        for (Newcomer newcomer : all) {
            nearest = Deadline.earlier(nearest, newcomer.introduction().deadline());
        }
        return nearest;
    }

    /** When the first of them, if it is still here, may be replaced. */
    long nearestDispensable() {
        long nearest = Deadline.NEVER;
        for (Newcomer newcomer : all) {
            nearest = Deadline.earlier(nearest, newcomer.dispensableFrom());
        }
        return nearest;
    }
}
