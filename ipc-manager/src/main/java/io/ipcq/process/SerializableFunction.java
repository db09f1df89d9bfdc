// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** A function of one argument that has a result, can travel to another JVM and may throw. */
@FunctionalInterface
public interface SerializableFunction<A extends @Nullable Object, R extends @Nullable Object> extends Serializable {

    /** Is called in the other JVM; its result has to be able to travel, too. */
    R apply(A a) throws Exception;
}
