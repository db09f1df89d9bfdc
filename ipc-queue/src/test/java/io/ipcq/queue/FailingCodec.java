// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Supplier;

/** Text; some of it fails to be decoded as often as it is told to. */
final class FailingCodec implements Codec<String> {

    private static final long serialVersionUID = 1L;

    /** The text that fails. */
    static final String BAD = "bad";

    /** Why an element cannot be decoded now; perhaps it can be later. */
    enum Failure {
        OUT_OF_MEMORY(() -> new OutOfMemoryError("Java heap space")),
        NO_CLASS(() -> new NoClassDefFoundError("com/example/Order")),
        DEEP_RECURSION(FailingCodec::overflow),
        ASSERTION(AssertionError::new),
        CHECKED(() -> new IOException("sneaky"));

        @SuppressWarnings("ImmutableEnumChecker") // keeps no state
        private final Supplier<? extends Throwable> made;

        Failure(Supplier<? extends Throwable> made) {
            this.made = made;
        }

        boolean is(Throwable thrown) {
            Throwable same = made.get();
            return thrown.getClass() == same.getClass() && Objects.equals(thrown.getMessage(), same.getMessage());
        }
    }

    private transient Failure failure = Failure.ASSERTION;
    private transient int times;

    void fail(int times, Failure failure) {
        this.failure = failure;
        this.times = times;
    }

    @Override
    public String id() {
        return "failing";
    }

    @Override
    public byte[] encode(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String decode(byte[] bytes) {
        String value = new String(bytes, StandardCharsets.UTF_8);
        if (value.equals(BAD) && times > 0) {
            times--;
            throw FailingCodec.<RuntimeException>sneaky(failure.made.get());
        }
        return value;
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T sneaky(Throwable failure) throws T {
        throw (T) failure;
    }

    private static StackOverflowError overflow() {
        try {
            return deeper(0) > 0 ? overflow() : new StackOverflowError();
        } catch (StackOverflowError e) {
            return e;
        }
    }

    private static int deeper(int depth) {
        return 1 + deeper(depth + 1);
    }
}
