// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.codec.Codec;
import java.io.NotSerializableException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A hold on what a name stands for: what every proxy has inside. */
final class Reference {

    /** The longest timeout on the wire, 292 years, which no call reaches. */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    private final Link link;
    private final String type;
    private final String name;
    private final Map<String, Object> options;
    private final Map<?, ?> about;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Reference(Link link, String type, String name, Map<String, Object> options, Map<?, ?> about) {
        this.link = link;
        this.type = type;
        this.name = name;
        this.options = options;
        this.about = about;
    }

    /** Takes hold of a name, and of the link, which the caller has shared. */
    static Reference open(Link link, String type, String name, Map<String, Object> options, boolean create) {
        Map<String, Object> asked = new HashMap<>(options);
        try {
            if (!create) {
                asked.put("create", false);
            }
            Object about = link.call("open", type, name, asked);
            asked.remove("create");
            return new Reference(link, type, name, asked, about instanceof Map<?, ?> map ? map : Map.of());
        } catch (RuntimeException e) {
            link.close();
            throw e;
        }
    }

    Link link() {
        return link;
    }

    String about(String property) {
        return String.valueOf(about.get(property));
    }

    @Nullable
    Object call(String operation, @Nullable Object... arguments) {
        return link.call(type + "." + operation, named(arguments));
    }

    /** See {@link Link#callForLong}. */
    @Nullable
    Object callForLong(String operation, @Nullable Object... arguments) {
        return link.callForLong(type + "." + operation, named(arguments));
    }

    /** See {@link Link#takeNow}. */
    @Nullable
    Object takeNow(String operation, @Nullable Object... arguments) {
        return link.takeNow(type + "." + operation, named(arguments));
    }

    /** Waits at most so long, or for ever; the time is among the arguments, too, if the operation has one. */
    @Nullable
    Object await(@Nullable Long millis, String operation, @Nullable Object... arguments) throws InterruptedException {
        return link.await(millis, type + "." + operation, named(arguments));
    }

    @Nullable
    Object take(@Nullable Long millis, String operation, @Nullable Object... arguments) throws InterruptedException {
        return link.take(millis, type + "." + operation, named(arguments));
    }

    long number(String operation, @Nullable Object... arguments) {
        return call(operation, arguments) instanceof Number number ? number.longValue() : 0;
    }

    boolean flag(String operation, @Nullable Object... arguments) {
        return Boolean.TRUE.equals(call(operation, arguments));
    }

    private @Nullable Object[] named(@Nullable Object[] arguments) {
        requireOpen();
        @Nullable Object[] params = new @Nullable Object[arguments.length + 1];
        params[0] = name;
        System.arraycopy(arguments, 0, params, 1, arguments.length);
        return params;
    }

    boolean isClosed() {
        return closed.get();
    }

    private void requireOpen() {
        if (closed.get()) {
            throw link.goneException("this proxy is closed: " + this);
        }
    }

    /** A timeout on the wire: whole milliseconds, never less than was asked for; null is for ever. */
    static @Nullable Long millis(@Nullable Duration timeout) {
        return timeout == null ? null : wholeMillis(timeout);
    }

    static long wholeMillis(Duration timeout) {
        if (timeout.isNegative()) {
            return 0;
        }
        if (timeout.compareTo(LONGEST) >= 0) {
            return LONGEST.toMillis();
        }
        long whole = timeout.toMillis();
        return timeout.equals(Duration.ofMillis(whole)) ? whole : whole + 1;
    }

    /** What travels; the receiver takes hold of the same thing. */
    ProxyHandle handle(@Nullable Codec<?> first, @Nullable Codec<?> second, @Nullable Class<?> own)
            throws NotSerializableException {
        if (link.address() == null || link.key() == null) {
            throw new NotSerializableException(
                    "a proxy of a connection that the program made itself: " + this + "; connect by address and key");
        }
        return new ProxyHandle(link.address(), link.key(), type, name, new HashMap<>(options), first, second, own);
    }

    /** Lets go. May be called again. */
    void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            if (!link.isGone()) {
                link.call("close", type, name);
            }
        } catch (ManagerGoneException e) {
            // it holds nothing any longer
        } finally {
            link.close();
        }
    }

    @Override
    public String toString() {
        return type + "[" + name + "]";
    }
}
