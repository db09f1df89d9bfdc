// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.manager.ManagerQueueProvider;
import io.ipcq.memory.RegionFormatException;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.EncodedQueue;
import io.ipcq.queue.QueueAddress;
import io.ipcq.queue.QueueView;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/**
 * A queue as it is named on a command line, by its directory or its address. This is the one place that knows what such
 * a name means, and how that is opened.
 */
final class QueueName {

    /** One letter is a drive. */
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

    private final @Nullable Path directory;
    private final @Nullable QueueAddress address;

    private QueueName(@Nullable Path directory, @Nullable QueueAddress address) {
        this.directory = directory;
        this.address = address;
    }

    QueueName(Path directory) {
        this(directory, null);
    }

    static QueueName of(String text) {
        try {
            if (SCHEME.matcher(text).matches() && !Files.exists(Path.of(text))) {
                return ofAddress(QueueAddress.of(new URI(text)));
            }
            return new QueueName(Path.of(text));
        } catch (InvalidPathException e) {
            throw new TypeConversionException("it is no path: " + e.getReason());
        } catch (URISyntaxException e) {
            throw new TypeConversionException("it is no address: " + e.getReason());
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    private static QueueName ofAddress(QueueAddress address) {
        return address.scheme().equals("file") && address.uri().getRawQuery() == null
                ? new QueueName(Path.of(address.uri()))
                : new QueueName(null, address);
    }

    /**
     * Where it lives.
     *
     * @throws IllegalArgumentException if an address names it: then its files are elsewhere, or there are none
     */
    Path directory() {
        Path here = directory;
        if (here == null) {
            throw new IllegalArgumentException(
                    "only a queue in a directory can be looked at without taking part: queue=" + this
                            + "; put, get, drain, move, rm, alter, reopen and requeue take addresses");
        }
        return here;
    }

    /** Whether it is known by its address alone, and looking at its files tells nothing. */
    boolean isElsewhere() {
        return directory == null;
    }

    /** To take from it and put into it, as what was encoded. */
    SharedQueue<byte[]> open() throws IOException {
        return open(null);
    }

    /**
     * The same.
     *
     * @param answerTimeout how long a manager may take to answer; null for what the address says, or that of commands
     */
    SharedQueue<byte[]> open(@Nullable Duration answerTimeout) throws IOException {
        QueueAddress elsewhere = address;
        if (elsewhere == null) {
            return EncodedQueue.open(directory());
        }
        if (!elsewhere.scheme().equals("ipcq")) {
            return EncodedQueue.open(elsewhere.uri());
        }
        if (elsewhere.authority().isEmpty()) {
            ManagerDoor.requireNotStopped(UnixDomainSocketAddress.of(elsewhere.path()));
        }
        return EncodedQueue.open(within(answerTimeout, elsewhere));
    }

    /** The address with a time for the manager. An address that has one, too, is refused as it is. */
    private static URI within(@Nullable Duration answerTimeout, QueueAddress address) {
        URI uri = address.uri();
        boolean saysIt = address.parameter(ManagerQueueProvider.ANSWER_TIMEOUT).isPresent();
        if (answerTimeout == null && saysIt) {
            return uri;
        }
        Duration timeout = ManagerDoor.atLeastShortest(answerTimeout == null ? ManagerDoor.TIMEOUT : answerTimeout);
        return URI.create(uri + (uri.getRawQuery() == null ? "?" : "&") + ManagerQueueProvider.ANSWER_TIMEOUT + "="
                + BigDecimal.valueOf(timeout.toMillis(), 3).toPlainString());
    }

    DurableQueue<byte[]> openDurable() throws IOException {
        return openDurable(null);
    }

    DurableQueue<byte[]> openDurable(@Nullable Duration answerTimeout) throws IOException {
        SharedQueue<byte[]> queue = open(answerTimeout);
        if (queue instanceof DurableQueue<byte[]> durable) {
            return durable;
        }
        queue.close();
        throw new RegionFormatException(directory(), "it is a queue in memory; only a durable queue can do that");
    }

    /** To look at it, which changes nothing. */
    QueueView look() throws IOException {
        return QueueView.open(directory());
    }

    /** Whether both name the same queue, in whatever way; two ways to one cluster are not seen through. */
    boolean isSameAs(QueueName other) throws IOException {
        if (directory == null || other.directory == null) {
            return address != null && Objects.equals(address, other.address);
        }
        return directory.toRealPath().equals(other.directory.toRealPath());
    }

    /** The same name: who looks again and again finds what was there before by it. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof QueueName name
                && Objects.equals(directory, name.directory)
                && Objects.equals(address, name.address);
    }

    @Override
    public int hashCode() {
        return Objects.hash(directory, address);
    }

    /** The name uncut, for scripts; an address without its parameters. */
    String exact() {
        return String.valueOf(directory == null ? address : directory);
    }

    /** For people. */
    @Override
    public String toString() {
        return Harmless.name(exact());
    }
}
