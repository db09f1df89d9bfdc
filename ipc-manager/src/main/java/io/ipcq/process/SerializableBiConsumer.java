// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** A function of two arguments that can travel to another JVM and may throw. */
@FunctionalInterface
public interface SerializableBiConsumer<A extends @Nullable Object, B extends @Nullable Object> extends Serializable {

    /** Is called in the other JVM. */
    void accept(A a, B b) throws Exception;
}
