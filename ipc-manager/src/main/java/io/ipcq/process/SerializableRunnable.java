// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.Serializable;

/**
 * A {@link Runnable} that can travel to another JVM and may throw; a lambda or method reference becomes one without a
 * cast.
 */
@FunctionalInterface
public interface SerializableRunnable extends Serializable {

    /** Is called in the other JVM. */
    void run() throws Exception;
}
