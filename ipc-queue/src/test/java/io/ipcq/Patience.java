// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * How long a test waits for what comes at last. It is never waited out unless that does not come: a machine with much
 * else to do stops a thread or a process for seconds, wherever it is. Thread-safe.
 */
public final class Patience {

    public static final Duration LIMIT = Duration.ofMinutes(3);

    private Patience() {}

    /** Waits until a condition holds, with this patience; looks at once, as it may hold already. */
    public static ConditionFactory await() {
        return Awaitility.await().pollDelay(Duration.ZERO).atMost(LIMIT);
    }
}
