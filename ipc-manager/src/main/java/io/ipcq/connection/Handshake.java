// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Proves to each side that the other knows the key; the first six messages of every connection. Used by one thread. */
final class Handshake {
    /*
     *   listener                                       client
     *      #CHALLENGE# M        ------------------->
     *                           <-------------------   answer to M
     *      #WELCOME# | #FAILURE#  ----------------->
     *                           <-------------------   #CHALLENGE# M'
     *      answer to M'         ------------------->
     *                           <-------------------   #WELCOME# | #FAILURE#
     *
     *   M        "{sha256}" and 40 random bytes
     *   answer   "{sha256}" and HMAC-SHA256(key, M)
     *   legacy   Python before 3.12: M is 20 random bytes, an answer is HMAC-MD5(key, M) and nothing else; it answers
     *            so whatever M says. Only if it is switched on.
     *
     * Reflection. Nothing in the MAC tells the roles apart. Who sends a challenge back gets no answer to it: neither on the
     * connection that it came from, nor on another one of this JVM whose side has the same role.
     */

    static final String ANSWERED_WRONG = "the peer does not know the key, or knows another one";

    private static final byte[] CHALLENGE = "#CHALLENGE#".getBytes(US_ASCII);
    private static final byte[] WELCOME = "#WELCOME#".getBytes(US_ASCII);
    private static final byte[] FAILURE = "#FAILURE#".getBytes(US_ASCII);
    private static final byte[] SHA256 = "{sha256}".getBytes(US_ASCII);

    private static final int RANDOM_BYTES = 40;
    private static final int LEGACY_CHALLENGE_BYTES = 20;
    private static final int LEGACY_ANSWER_BYTES = 16;

    private static final SecureRandom RANDOM = new SecureRandom();

    /** Which side this is; knows the challenges that it waits for the answers of. */
    private enum Role {
        LISTENER,
        CLIENT;

        @SuppressWarnings("ImmutableEnumChecker") // thread-safe, and what it holds is of this JVM
        private final Set<ByteBuffer> unanswered = ConcurrentHashMap.newKeySet();
    }

    private final FrameReader reader;
    private final FrameWriter writer;
    private final AuthKey key;
    private final boolean legacyMd5;
    private final long deadline;

    Handshake(FrameReader reader, FrameWriter writer, AuthKey key, boolean legacyMd5, long deadline) {
        this.reader = reader;
        this.writer = writer;
        this.key = key;
        this.legacyMd5 = legacyMd5;
        this.deadline = deadline;
    }

    void asListener() throws IOException, InterruptedException {
        byte[] mine = challenge(Role.LISTENER);
        answer(Role.LISTENER, mine);
    }

    void asClient() throws IOException, InterruptedException {
        answer(Role.CLIENT, CHALLENGE);
        challenge(Role.CLIENT);
    }

    private byte[] challenge(Role role) throws IOException, InterruptedException {
        byte[] message = join(SHA256, random());
        ByteBuffer entry = ByteBuffer.wrap(message);
        role.unanswered.add(entry);
        try {
            send(join(CHALLENGE, message));
            byte[] answer = receive();
            String objection = objection(message, answer);
            send(objection == null ? WELCOME : FAILURE);
            if (objection != null) {
                throw new AuthenticationException(objection);
            }
            return message;
        } finally {
            role.unanswered.remove(entry);
        }
    }

    private static byte[] random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    /** Null if the answer is right. */
    private @org.jspecify.annotations.Nullable String objection(byte[] message, byte[] answer) {
        if (answer.length == LEGACY_ANSWER_BYTES) {
            if (!legacyMd5) {
                return "the peer signs with MD5, as Python before 3.12 does; switch it on with legacyMd5(true), or use a newer Python";
            }
            return MessageDigest.isEqual(answer, key.sign("HmacMD5", message)) ? null : ANSWERED_WRONG;
        }
        return MessageDigest.isEqual(answer, join(SHA256, key.sign("HmacSHA256", message))) ? null : ANSWERED_WRONG;
    }

    private void answer(Role role, byte[] mine) throws IOException, InterruptedException {
        byte[] question = receive();
        if (!startsWith(question, CHALLENGE)) {
            throw new AuthenticationException("the peer does not speak this protocol: it sent no challenge");
        }
        byte[] message = Arrays.copyOfRange(question, CHALLENGE.length, question.length);
        if (Arrays.equals(message, mine) || role.unanswered.contains(ByteBuffer.wrap(message))) {
            throw new AuthenticationException("the peer sent a challenge of this side back");
        }
        send(sign(message));
        byte[] verdict = receive();
        if (Arrays.equals(verdict, FAILURE)) {
            throw new AuthenticationException("the peer refused the key: both sides need the same one");
        }
        if (!Arrays.equals(verdict, WELCOME)) {
            throw new AuthenticationException("the peer does not speak this protocol: it sent no verdict");
        }
    }

    private byte[] sign(byte[] message) throws AuthenticationException {
        if (message.length == LEGACY_CHALLENGE_BYTES) {
            if (!legacyMd5) {
                throw new AuthenticationException(
                        "the peer wants MD5, as Python before 3.12 does; switch it on with legacyMd5(true), or use a newer Python");
            }
            return key.sign("HmacMD5", message);
        }
        if (!startsWith(message, SHA256) || message.length < SHA256.length + LEGACY_CHALLENGE_BYTES) {
            throw new AuthenticationException(
                    "the peer wants another digest than SHA-256, or sent too short a challenge");
        }
        return join(SHA256, key.sign("HmacSHA256", message));
    }

    private void send(byte[] message) throws IOException {
        writer.write(message, 0, message.length, deadline);
    }

    private byte[] receive() throws IOException, InterruptedException {
        try {
            if (reader.advance(deadline)) {
                return reader.take();
            }
        } catch (EOFException e) {
            throw new IOException(
                    "the peer closed the connection within the handshake; it may have too many, or expect TLS", e);
        } catch (FrameTooLargeException e) {
            throw new AuthenticationException(
                    "the peer does not speak this protocol: it announced a message of more than "
                            + Limits.UNAUTHENTICATED_FRAME_BYTES + " bytes");
        }
        throw new SocketTimeoutException("the peer did not complete the handshake in time");
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
