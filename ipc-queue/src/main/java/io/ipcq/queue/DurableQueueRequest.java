// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
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
 * @param chosen those that were chosen
 * @param closedWhenUnreachable see {@link DurableQueueBuilder#closedWhenUnreachable}
 * @param <E> the type of the elements
 */
public record DurableQueueRequest<E>(
        Codec<E> codec,
        boolean create,
        DurableQueueOptions options,
        Set<DurableQueueOption> chosen,
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
     * @param known those that it can have
     * @throws IllegalArgumentException if others were chosen; names them
     */
    public void requireChosenOf(QueueAddress address, Set<DurableQueueOption> known) {
        Set<DurableQueueOption> unknown = new TreeSet<>(chosen);
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
        for (DurableQueueOption option : DurableQueueOption.values()) {
            Object asked = option.in(options);
            if (chosen.contains(option) && !Objects.equals(asked, option.in(stored))) {
                throw new IllegalArgumentException("the queue has another " + option + ": " + place + ", stored="
                        + option.in(stored) + ", asked=" + asked
                        + "; leave the option out to take what is stored, or change that with DurableQueue.alter");
            }
        }
    }
}
