// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.Serializable;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A {@link Callable} that can travel to another JVM; a lambda or method reference becomes one without a cast. */
@FunctionalInterface
public interface SerializableCallable<R extends @Nullable Object> extends Callable<R>, Serializable {}
