// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What pools have to say to nobody in particular. */
final class PoolLog {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessPool.class);

    private PoolLog() {}

    static void warn(String message, @Nullable Throwable cause) {
        LOG.warn(message, cause);
    }
}
