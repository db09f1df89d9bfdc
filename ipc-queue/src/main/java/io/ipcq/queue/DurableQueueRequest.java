// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * The queue that a program wants to open at an address, for a {@link DurableQueueProvider}.
 *
 * <p>Thread-safe and process-safe: immutable. Survives a crash: not applicable.
 *
 * @param codec of the elements
 * @param create whether the queue is made if it is not there
 * @param options those that were chosen, and the defaults of the rest
 * @param chosen the names of those that were chosen
 * @param closedWhenUnreachable see {@link DurableQueueBuilder#closedWhenUnreachable}
 * @param <E> the type of the elements
 */
public record DurableQueueRequest<E>(
        Codec<E> codec,
        boolean create,
        DurableQueueOptions options,
        Set<String> chosen,
        boolean closedWhenUnreachable) {

    /** @throws NullPointerException if something is missing */
    public DurableQueueRequest {
        Objects.requireNonNull(codec, "codec");
        Objects.requireNonNull(options, "options");
        chosen = Set.copyOf(chosen);
    }

    /**
     * Refuses options that a queue at this address cannot have.
     *
     * @param known the names of those that it can have
     * @throws IllegalArgumentException if others were chosen; names them
     */
    public void requireChosenOf(QueueAddress address, Set<String> known) {
        Set<String> unknown = new TreeSet<>(chosen);
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("a queue at such an address cannot have these options: options="
                    + unknown + ", address=" + address + ", possible=" + new TreeSet<>(known) + "; leave them out");
        }
    }

    /**
     * Refuses a queue that has another value for an option that was chosen.
     *
     * @param place what the queue is called in the message, such as {@code directory=/var/orders}
     * @param stored what it was made with
     * @throws IllegalArgumentException if there is such an option; names it and both values
     */
    public void requireSame(String place, DurableQueueOptions stored) {
        Map<String, Object> there = stored.asMap();
        options.asMap().forEach((name, value) -> {
            if (chosen.contains(name) && !Objects.equals(value, there.get(name))) {
                throw new IllegalArgumentException("the queue has another " + name + ": " + place + ", stored="
                        + there.get(name) + ", asked=" + value
                        + "; leave the option out to take what is stored, or change that with DurableQueue.alter");
            }
        });
    }
}
