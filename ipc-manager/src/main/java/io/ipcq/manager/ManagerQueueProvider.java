// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.connection.ConnectionBuilder;
import io.ipcq.manager.wire.ServedType;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.DurableQueueOption;
import io.ipcq.queue.DurableQueueProvider;
import io.ipcq.queue.DurableQueueRequest;
import io.ipcq.queue.QueueAddress;
import io.ipcq.queue.QueueClosedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Opens durable queues of managers by address:
 *
 * <pre>
 *   ipcq:/run/app/manager.sock?queue=orders&amp;key=/run/app/key       by a Unix-domain socket
 *   ipcq://host:7000/orders?key=/etc/app/key                        by TCP
 *   ipcq://host:7000/orders?key=/etc/app/key&amp;tls=true              by TLS
 * </pre>
 *
 * <p>{@code key} is the file of an {@link AuthKey}, {@code trust} a file of certificates. Without that, TLS trusts whom
 * the JVM does. TCP beyond loopback without TLS is refused unless there is {@code plaintext=true}.
 * {@code answerTimeout=5} says for how many seconds the manager may be silent, as it is reached and then, before it
 * counts as gone; {@link Manager#ANSWER_TIMEOUT} has the rest.
 *
 * <p>Thread-safe. Process-safe: a queue is passed on as that of {@link Manager#durableQueue(String, Class)} is; over
 * TLS, as its address, so that the files that it names have to be there. Survives a crash: as the queue does.
 */
public final class ManagerQueueProvider implements DurableQueueProvider {

    /** The parameter for the time that a manager may take to answer. */
    public static final String ANSWER_TIMEOUT = "answerTimeout";

    private static final BigDecimal LONGEST_SECONDS = BigDecimal.valueOf(1_000_000_000);

    private static final Set<String> OF_SOCKET = Set.of("key", "queue", ANSWER_TIMEOUT);
    private static final Set<String> OF_TCP = Set.of("key", "tls", "trust", "plaintext", ANSWER_TIMEOUT);

    /** For {@link java.util.ServiceLoader}. */
    public ManagerQueueProvider() {}

    @Override
    public String scheme() {
        return "ipcq";
    }

    @Override
    public <E> DurableQueue<E> open(QueueAddress address, DurableQueueRequest<E> request) throws IOException {
        return reached(
                address,
                request.create(),
                (link, name) -> checked(queue(link, name, address, request), address, request));
    }

    @Override
    public String codecId(QueueAddress address) throws IOException {
        return reached(address, false, (link, name) -> {
            Reference reference =
                    Reference.open(link, ProxyHandle::of, ServedType.DURABLE_QUEUE, name, Map.of("made", false), true);
            try {
                return reference.about("codec");
            } finally {
                reference.close();
            }
        });
    }

    /** What is done with the queue of a name, once its manager is reached. */
    private interface Step<T> {
        T with(Link link, String name);
    }

    private static <T> T reached(QueueAddress address, boolean create, Step<T> step) throws IOException {
        boolean network = address.authority().isPresent();
        address.requireParametersOf(network ? OF_TCP : OF_SOCKET);
        String name = network ? address.name() : required(address, "queue");
        SocketAddress server = network ? tcp(address) : UnixDomainSocketAddress.of(address.path());
        try {
            AuthKey key = AuthKey.load(Path.of(required(address, "key")));
            Link link = isPlain(address)
                    ? Link.to(server, key)
                    : Link.over(
                            connect(address, server, key),
                            answerTimeout(address).orElse(Manager.ANSWER_TIMEOUT));
            return step.with(link, name);
        } catch (NoSuchFileException e) {
            // or it would be taken for a missing queue
            throw new IOException(
                    "a file that the address names is missing: address=" + address + ", file=" + e.getFile(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the manager was reached: address=" + address);
        } catch (ManagerException e) {
            throw new IOException("the manager refused: address=" + address + ": " + e.getMessage(), e);
        } catch (ManagerGoneException e) {
            throw new IOException(e.getMessage(), e);
        } catch (SocketTimeoutException e) {
            throw new IOException(
                    "the manager did not answer in time: address=" + address + ", timeout="
                            + answerTimeout(address).map(Duration::toString).orElse("that of connections")
                            + "; its process is stopped, hangs, or is not to be reached",
                    e);
        } catch (QueueClosedException e) {
            if (create) {
                throw e;
            }
            throw noSuchQueue(address, e);
        }
    }

    private static <E> DurableQueue<E> queue(
            Link link, String name, QueueAddress address, DurableQueueRequest<E> request) {
        Map<String, Object> asked = new HashMap<>();
        asked.put("codec", request.codec().id());
        if (request.chosen().contains(DurableQueueOption.MAX_SIZE)) {
            asked.put("maxSize", request.options().maxSize());
        }
        if (!request.create()) {
            asked.put("made", false);
        }
        Reference.Travel travel = isPlain(address)
                ? ProxyHandle::of
                : (opened, first, second) -> new AddressHandle<>(address.uri(), request.codec());
        Reference reference = Reference.open(link, travel, ServedType.DURABLE_QUEUE, name, asked, true);
        if (request.closedWhenUnreachable()) {
            reference.closeWhenUnreachable();
        }
        return Proxies.durableQueue(reference, request.codec());
    }

    /** Checks the queue that was opened, as a manager makes queues with options of its own. */
    private static <E> DurableQueue<E> checked(
            DurableQueue<E> queue, QueueAddress address, DurableQueueRequest<E> request) {
        try {
            if (!request.chosen().isEmpty()) {
                request.requireSame("address=" + address, queue.options());
            }
            return queue;
        } catch (Throwable e) {
            queue.close();
            throw e;
        }
    }

    private static NoSuchFileException noSuchQueue(QueueAddress address, QueueClosedException told) {
        NoSuchFileException missing = new NoSuchFileException(
                address.toString(), null, "the manager has no such queue: " + told.getMessage());
        missing.initCause(told);
        return missing;
    }

    // ---- the way there ----------------------------------------------------------------------------------------------

    private static InetSocketAddress tcp(QueueAddress address) {
        String host = address.uri().getHost();
        int port = address.uri().getPort();
        if (host == null || port < 0) {
            throw new IllegalArgumentException(
                    "the address names no host and port: address=" + address + "; write ipcq://host:port/name");
        }
        return new InetSocketAddress(host, port);
    }

    private static String required(QueueAddress address, String parameter) {
        return address.parameter(parameter)
                .orElseThrow(() -> new IllegalArgumentException("the address lacks a parameter: address=" + address
                        + ", missing=" + parameter + "; write ?" + parameter + "=..."));
    }

    /** Whether the address and the key are enough to connect. */
    private static boolean isPlain(QueueAddress address) {
        return !isTls(address)
                && !flag(address, "plaintext")
                && answerTimeout(address).isEmpty();
    }

    private static boolean isTls(QueueAddress address) {
        return flag(address, "tls") || address.parameter("trust").isPresent();
    }

    private static boolean flag(QueueAddress address, String parameter) {
        String value = address.parameter(parameter).orElse("false");
        if (!value.equals("true") && !value.equals("false")) {
            throw new IllegalArgumentException(
                    "the parameter is true or false: address=" + address + ", parameter=" + parameter);
        }
        return value.equals("true");
    }

    private static Optional<Duration> answerTimeout(QueueAddress address) {
        return address.parameter(ANSWER_TIMEOUT).map(text -> {
            try {
                BigDecimal seconds = new BigDecimal(text);
                if (seconds.signum() > 0 && seconds.compareTo(LONGEST_SECONDS) <= 0) {
                    return Duration.ofMillis(
                            Math.max(1, seconds.movePointRight(3).longValue()));
                }
            } catch (NumberFormatException noNumber) {
                // as one that is out of range
            }
            throw new IllegalArgumentException("the parameter is a number of seconds, more than 0: address=" + address
                    + ", parameter=" + ANSWER_TIMEOUT + "; write " + ANSWER_TIMEOUT + "=5");
        });
    }

    private static Connection connect(QueueAddress address, SocketAddress server, AuthKey key)
            throws IOException, InterruptedException {
        ConnectionBuilder connection = Connection.builder(server, key).plaintext(flag(address, "plaintext"));
        if (isTls(address)) {
            connection.tls(tls(address.parameter("trust")));
        }
        answerTimeout(address)
                .ifPresent(timeout -> connection
                        .connectTimeout(timeout)
                        .handshakeTimeout(timeout)
                        .writeTimeout(timeout));
        return connection.connect();
    }

    private static SSLContext tls(Optional<String> trust) throws IOException {
        try {
            if (trust.isEmpty()) {
                return SSLContext.getDefault();
            }
            TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trusted.init(certificates(Path.of(trust.get())));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trusted.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "the certificates cannot be used: trust=" + trust.orElse("that of the JVM") + ": " + e.getMessage(),
                    e);
        }
    }

    private static KeyStore certificates(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream in = Files.newInputStream(file)) {
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry(Integer.toString(store.size()), each);
            }
        }
        if (store.size() == 0) {
            throw new IOException("there is no certificate in the file: trust=" + file + "; it has to be PEM or DER");
        }
        return store;
    }
}
