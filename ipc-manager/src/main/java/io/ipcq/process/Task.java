// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a child is given: its identity, and the function that it runs.
 *
 * @param family the place in the tree of processes: {@code 2:1} is the first child of the main program's second
 * @param code the class of the code that will run; for a lambda or method reference, the class in which it is written
 * @param child the object that is serialized, unless a {@link PlainCall} is enough
 * @param call the function with its arguments; null if a subclass overrides {@code run()}
 * @param isCallOnly whether the child is of no subclass, so that its call is all that has to be sent
 * @param logs receives the child's log records; null if they are not wanted
 */
record Task(
        String name,
        String family,
        boolean daemon,
        Class<?> code,
        Serializable child,
        @Nullable FunctionCall call,
        boolean isCallOnly,
        @Nullable LogReceiver logs) {

    Task sendingLogsTo(@Nullable LogReceiver receiver) {
        return new Task(name, family, daemon, code, child, call, isCallOnly, receiver);
    }

    /** The bytes of a {@link PlainCall}; null if the child has to be serialized. */
    byte @Nullable [] plain() {
        return call != null && isCallOnly ? PlainCall.encode(call) : null;
    }

    /** @throws CannotTravelException if something in the child is not serializable */
    void serialize(ObjectOutputStream out) throws IOException {
        try {
            out.writeObject(child);
        } catch (ObjectStreamException | RuntimeException | StackOverflowError refused) {
            throw TravelTrace.refusal(
                    "the task of " + name,
                    call == null ? child : call.function(),
                    call == null ? child.getClass().getSimpleName() : "function",
                    call == null ? new @Nullable Object[0] : call.arguments(),
                    "argument ",
                    refused);
        }
    }

    /** The classes of the function and of its arguments. */
    Set<Class<?>> classes() {
        Set<Class<?>> classes = new LinkedHashSet<>(Set.of(code));
        if (call != null) {
            Stream.of(call.arguments())
                    .filter(Objects::nonNull)
                    .map(TravelTrace::codeOf)
                    .forEach(classes::add);
        }
        return classes;
    }
}
