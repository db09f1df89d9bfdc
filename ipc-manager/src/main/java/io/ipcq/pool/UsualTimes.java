// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long tasks took of late, by what they call: the longest of about a hundred. One function may always be quick, and
 * another one take hours. Guarded by the dispatcher's lock.
 */
final class UsualTimes {

    private static final int REMEMBERED = 256;

    /** A time is forgotten by this part with each task. After 90 tasks, half of it is left. */
    private static final int FORGETTING = 128;

    /** The longest time of tasks of one function. */
    private static final class Longest {
        private long nanos;
    }

    private final Map<String, Longest> functions = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Longest> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** The function that was used last, because many tasks in a row have the same one. */
    private String recent = "";

    private Longest ofRecent = new Longest();

    void note(String function, long nanos) {
        if (!recent.equals(function)) {
            ofRecent = functions.computeIfAbsent(function, any -> new Longest());
            recent = function;
        }
        ofRecent.nanos = Math.max(nanos, ofRecent.nanos - ofRecent.nanos / FORGETTING);
    }

    /** The longest of late in nanoseconds; 0 if none has ended. */
    long nanos(String function) {
        Longest longest = functions.get(function);
        return longest == null ? 0 : longest.nanos;
    }
}
