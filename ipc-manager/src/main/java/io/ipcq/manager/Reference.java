// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.Attached;
import io.ipcq.Passed;
import io.ipcq.codec.Codec;
import io.ipcq.manager.wire.Operation;
import io.ipcq.manager.wire.Operation.OfServer;
import io.ipcq.manager.wire.ServedType;
import io.ipcq.queue.QueueClosedException;
import java.io.ObjectStreamException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A hold on what a name stands for: what every proxy has inside. */
final class Reference implements Attached {

    /** How proxies travel to another process. */
    interface Travel {
        /** What stands for a proxy with these codecs until it arrives. */
        Object handle(Reference reference, @Nullable Codec<?> first, @Nullable Codec<?> second)
                throws ObjectStreamException;
    }

    private final Link link;
    private final Travel travel;
    private final ServedType type;
    private final String name;
    private final Map<String, Object> options;
    private final Map<?, ?> about;
    private final Hold hold;
    private final AtomicBoolean closed = new AtomicBoolean();
    private @Nullable Passed passed;

    /** Why there is no queue any longer; null while there is one. */
    private volatile @Nullable String deleted;

    /** What is given back, once: the name, and the share of the link. */
    private static final class Hold {
        private final Link link;
        private final ServedType type;
        private final String name;
        private final AtomicBoolean givenBack = new AtomicBoolean();
        private volatile @Nullable Runnable whenGone;

        Hold(Link link, ServedType type, String name) {
            this.link = link;
            this.type = type;
            this.name = name;
        }

        void giveBack() {
            if (!givenBack.compareAndSet(false, true)) {
                return;
            }
            Runnable action = whenGone;
            if (action != null) {
                link.forget(action);
            }
            try {
                if (!link.isGone()) {
                    link.call(OfServer.CLOSE, type.wire(), name);
                }
            } catch (ManagerGoneException e) {
                // it holds nothing any longer
            } finally {
                link.close();
            }
        }
    }

    private Reference(
            Link link, Travel travel, ServedType type, String name, Map<String, Object> options, Map<?, ?> about) {
        this.link = link;
        this.travel = travel;
        this.type = type;
        this.name = name;
        this.options = options;
        this.about = about;
        this.hold = new Hold(link, type, name);
    }

    /**
     * Takes hold of a name that was passed to this process, and of the link like {@link #open}. Lets go when nothing
     * refers to it any more.
     */
    static Reference openPassed(Link link, Travel travel, ServedType type, String name, Map<String, Object> options) {
        Reference reference = open(link, travel, type, name, options, false);
        reference.closeWhenUnreachable();
        return reference;
    }

    /** Lets go when nothing refers to this any more. */
    void closeWhenUnreachable() {
        passed = Passed.watch(this, hold::giveBack);
    }

    /** Takes hold of a name, and of the link, which the caller has shared. */
    static Reference open(
            Link link, Travel travel, ServedType type, String name, Map<String, Object> options, boolean create) {
        Map<String, Object> asked = new HashMap<>(options);
        try {
            if (!create) {
                asked.put("create", false);
            }
            Object about = link.call(OfServer.OPEN, type.wire(), name, asked);
            asked.remove("create");
            return new Reference(link, travel, type, name, asked, about instanceof Map<?, ?> map ? map : Map.of());
        } catch (RuntimeException e) {
            link.close();
            throw e;
        }
    }

    Link link() {
        return link;
    }

    ServedType type() {
        return type;
    }

    String name() {
        return name;
    }

    /** The options that others ask for when they take hold of the same thing. */
    Map<String, Object> options() {
        return options;
    }

    /** What travels in place of a proxy of this, with these codecs. */
    Object handle(@Nullable Codec<?> first, @Nullable Codec<?> second) throws ObjectStreamException {
        requireOpen();
        return travel.handle(this, first, second);
    }

    /** Where the files of a queue are. */
    Path directory() {
        return Path.of(about("directory"));
    }

    String about(String property) {
        return String.valueOf(about.get(property));
    }

    @Nullable
    Object call(Operation operation, @Nullable Object... arguments) {
        return asked(() -> link.call(this, method(operation), named(arguments)));
    }

    /** See {@link Link#callForLong}. */
    @Nullable
    Object callForLong(Operation operation, @Nullable Object... arguments) {
        return asked(() -> link.callForLong(this, method(operation), named(arguments)));
    }

    /** See {@link Link#takeNow}. */
    <T> @Nullable T takeNow(Link.Receiver<T> receiver, Operation operation, @Nullable Object... arguments) {
        return asked(() -> link.takeNow(this, receiver, method(operation), named(arguments)));
    }

    /**
     * A call that waits at most so long, or for ever. If the operation has a timeout, that is among the arguments, too.
     */
    @Nullable
    Object await(@Nullable Long millis, Operation operation, @Nullable Object... arguments)
            throws InterruptedException {
        return asked(() -> link.await(this, millis, method(operation), named(arguments)));
    }

    <T> @Nullable T take(
            @Nullable Long millis, Link.Receiver<T> receiver, Operation operation, @Nullable Object... arguments)
            throws InterruptedException {
        return asked(() -> link.take(this, millis, receiver, method(operation), named(arguments)));
    }

    long number(Operation operation, @Nullable Object... arguments) {
        return call(operation, arguments) instanceof Number number ? number.longValue() : 0;
    }

    boolean flag(Operation operation, @Nullable Object... arguments) {
        return Boolean.TRUE.equals(call(operation, arguments));
    }

    private String method(Operation operation) {
        return type.wire() + "." + operation.wire();
    }

    private @Nullable Object[] named(@Nullable Object[] arguments) {
        requireOpen();
        @Nullable Object[] params = new @Nullable Object[arguments.length + 1];
        params[0] = name;
        System.arraycopy(arguments, 0, params, 1, arguments.length);
        return params;
    }

    private interface Question<T, X extends Exception> {
        @Nullable
        T ask() throws X;
    }

    /** The answer to a question. If the proxy was closed meanwhile, the failure says so. */
    private <T, X extends Exception> @Nullable T asked(Question<T, X> question) throws X {
        try {
            return question.ask();
        } catch (QueueClosedException e) {
            deleted = e.getMessage();
            throw e;
        } catch (ManagerException | ManagerGoneException e) {
            requireOpen();
            throw e;
        }
    }

    // ---- the end ----------------------------------------------------------------------------------------------------

    @Override
    public boolean isClosed() {
        return closed.get();
    }

    /** Whether its proxy is of no use any more. */
    boolean isOver() {
        return closed.get() || deleted != null || link.isGone();
    }

    boolean isPassed() {
        return passed != null;
    }

    /** What is to be done when the server is gone, as long as this is open. */
    void whenGone(Runnable action) {
        hold.whenGone = action;
        link.whenGone(action);
    }

    /**
     * Refuses calls of a proxy that was closed, or whose queue is known to be deleted. Its name may stand for another
     * queue by then.
     */
    void requireOpen() {
        if (closed.get()) {
            String what = "this proxy is closed: " + this;
            throw isQueue()
                    ? new QueueClosedException(what + "; take a new one from Manager.connect")
                    : link.goneException(what);
        }
        String end = deleted;
        if (end != null) {
            link.requireThere();
            throw new QueueClosedException(end);
        }
    }

    private boolean isQueue() {
        return type == ServedType.QUEUE || type == ServedType.DURABLE_QUEUE;
    }

    /** Lets go, and ends the calls that wait. May be called again. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            if (!link.isGone()) {
                link.cancelCallsOf(this);
            }
        } catch (ManagerGoneException e) {
            // nobody waits any longer
        } finally {
            hold.giveBack();
            if (passed != null) {
                passed.forget();
            }
        }
    }

    @Override
    public String toString() {
        return type.wire() + "[" + name + "]";
    }
}
