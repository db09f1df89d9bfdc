// SPDX-License-Identifier: Apache-2.0
package io.ipcq.test;

import java.util.function.Function;

/** What comes up at a {@linkplain FaultPoints point}: one of each kind that somebody might catch without the others. */
public enum FaultKind {
    OUT_OF_MEMORY(OutOfMemoryError::new),
    STACK_OVERFLOW(StackOverflowError::new),
    /** What a class path that changed under a running program makes of a first use. */
    NO_CLASS(NoClassDefFoundError::new),
    /** As of mapped memory whose file is gone. */
    INTERNAL(InternalError::new),
    ASSERTION(AssertionError::new),
    /** A mistake in code that is called, or of ours. */
    RUNTIME(IllegalStateException::new);

    @SuppressWarnings("ImmutableEnumChecker") // keeps no state
    private final Function<String, Throwable> constructor;

    FaultKind(Function<String, Throwable> constructor) {
        this.constructor = constructor;
    }

    Throwable create(String message) {
        return constructor.apply(message);
    }
}
