// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** A function of one argument that can travel to another JVM and may throw. */
@FunctionalInterface
public interface SerializableConsumer<A extends @Nullable Object> extends Serializable {

    /** Is called in the other JVM. */
    void accept(A a) throws Exception;
}
