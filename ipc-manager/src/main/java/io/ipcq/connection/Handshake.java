// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Proves to each side that the other knows the key; the first six messages of every connection. Never waits. Used by
 * one thread at a time.
 */
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
     * Reflection and relay. Nothing in the MAC tells the roles or the connections apart, so a peer without the key
     * could have this process itself answer what it was asked by it, on another connection. So no side answers a
     * challenge that a side of this JVM has given and that is open; unless these two are the two ends of one
     * connection, as their addresses say.
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

    /** Which side this is, and what it awaits of the other, in order. */
    enum Role {
        LISTENER(Message.ANSWER, Message.CHALLENGE, Message.VERDICT),
        CLIENT(Message.CHALLENGE, Message.VERDICT, Message.ANSWER);

        @SuppressWarnings("ImmutableEnumChecker") // made by List.of
        private final List<Message> awaited;

        Role(Message... awaited) {
            this.awaited = List.of(awaited);
        }
    }

    private enum Message {
        CHALLENGE,
        ANSWER,
        VERDICT
    }

    /** What sides of this JVM have asked, and where, until their handshakes are over. */
    private static final Map<ByteBuffer, Handshake> OPEN = new ConcurrentHashMap<>();

    private final Role role;
    private final Ends ends;
    private final FrameReader reader;
    private final FrameWriter writer;
    private final AuthKey key;
    private final boolean legacyMd5;

    /** How many messages of the peer have come. */
    private int received = -1;

    /** What this side asks the other to sign. */
    private final byte[] mine = join(SHA256, random());

    private boolean peerKnowsKey;

    /** To be thrown as soon as the peer was told. */
    private @Nullable AuthenticationException refusal;

    Handshake(Role role, Ends ends, FrameReader reader, FrameWriter writer, AuthKey key, boolean legacyMd5) {
        this.role = role;
        this.ends = ends;
        this.reader = reader;
        this.writer = writer;
        this.key = key;
        this.legacyMd5 = legacyMd5;
    }

    /**
     * Has the JDK load what a handshake needs, which takes descriptors: a JVM that has none when it needs it first can
     * never sign again.
     */
    static void prepare(AuthKey key) {
        key.sign("HmacSHA256", random());
    }

    /** Goes on as far as what has come allows. */
    WireProgress advance() throws IOException {
        if (received < 0) {
            next();
        }
        while (writer.advance()) {
            if (refusal != null) {
                throw refusal;
            }
            if (received == role.awaited.size()) {
                return WireProgress.DONE;
            }
            byte[] message = receive();
            if (message == null) {
                return WireProgress.READ;
            }
            take(message);
            next();
        }
        return WireProgress.WRITE;
    }

    /** Whether the peer has answered rightly. */
    boolean peerKnowsKey() {
        return peerKnowsKey;
    }

    private void next() {
        received++;
        if (received < role.awaited.size() && role.awaited.get(received) == Message.ANSWER) {
            OPEN.put(ByteBuffer.wrap(mine), this);
            send(join(CHALLENGE, mine));
        }
    }

    private void take(byte[] message) throws AuthenticationException {
        switch (role.awaited.get(received)) {
            case CHALLENGE -> send(answer(message));
            case ANSWER -> {
                String objection = objection(message);
                refusal = objection == null ? null : new AuthenticationException(objection);
                peerKnowsKey = objection == null;
                send(objection == null ? WELCOME : FAILURE);
            }
            case VERDICT -> requireWelcome(message);
        }
    }

    /** To be called in the end, however it went. */
    void close() {
        OPEN.remove(ByteBuffer.wrap(mine));
    }

    private static byte[] random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    /** Null if the answer is right. */
    private @Nullable String objection(byte[] answer) {
        if (answer.length == LEGACY_ANSWER_BYTES) {
            if (!legacyMd5) {
                return "the peer signs with MD5, as Python before 3.12 does; switch it on with legacyMd5(true), or use a newer Python";
            }
            return MessageDigest.isEqual(answer, key.sign("HmacMD5", mine)) ? null : ANSWERED_WRONG;
        }
        return MessageDigest.isEqual(answer, join(SHA256, key.sign("HmacSHA256", mine))) ? null : ANSWERED_WRONG;
    }

    private byte[] answer(byte[] question) throws AuthenticationException {
        if (!startsWith(question, CHALLENGE)) {
            throw new AuthenticationException("the peer does not speak this protocol: it sent no challenge");
        }
        byte[] message = Arrays.copyOfRange(question, CHALLENGE.length, question.length);
        Handshake asking = OPEN.get(ByteBuffer.wrap(message));
        if (asking != null && (asking.role == role || !asking.ends.mirror(ends))) {
            throw new AuthenticationException(
                    "the peer sent a challenge that this process has given on another connection;"
                            + " to connect to a listener of the same process, use the address that it reports");
        }
        return sign(message);
    }

    private static void requireWelcome(byte[] verdict) throws AuthenticationException {
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

    private void send(byte[] message) {
        writer.begin(message, 0, message.length);
    }

    /** Null if not all of it has come. */
    private byte @Nullable [] receive() throws IOException {
        try {
            return reader.advance() ? reader.take() : null;
        } catch (FrameTooLargeException e) {
            throw new AuthenticationException(
                    "the peer does not speak this protocol: it announced a message of more than "
                            + Limits.UNAUTHENTICATED_FRAME_BYTES + " bytes");
        }
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
