// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The other side, written from docs/protocol.md and with nothing of the product, so that it can do everything wrong.
 */
public final class RawPeer implements Closeable {

    private final SocketChannel channel;

    RawPeer(SocketChannel channel) {
        this.channel = channel;
    }

    public static RawPeer connect(SocketAddress address) throws IOException {
        return connect(address, null);
    }

    /** From an address of this machine. */
    static RawPeer connect(SocketAddress address, SocketAddress from) throws IOException {
        SocketChannel channel = address instanceof UnixDomainSocketAddress
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open();
        channel.bind(from).connect(address);
        if (!(address instanceof UnixDomainSocketAddress)) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        return new RawPeer(channel);
    }

    public static byte[] frame(byte[] payload) {
        return ByteBuffer.allocate(4 + payload.length)
                .putInt(payload.length)
                .put(payload)
                .array();
    }

    public static byte[] hmac(String algorithm, byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            return mac.doFinal(message);
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    public static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    public void send(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    public void sendFrame(String text) throws IOException {
        send(frame(ascii(text)));
    }

    public byte[] receiveFrame() throws IOException {
        ByteBuffer header = receive(4);
        return receive(header.getInt(0)).array();
    }

    private ByteBuffer receive(int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new java.io.EOFException("closed after " + buffer.position() + " of " + bytes + " bytes");
            }
        }
        return buffer;
    }

    /** Reads until the other side has closed, whatever it says before. */
    public void awaitEnd() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        try {
            while (channel.read(buffer) >= 0) {
                buffer.clear();
            }
        } catch (java.net.SocketException reset) {
            // an end, too
        }
    }

    /** Answers the first challenge rightly, and returns it. */
    public byte[] proveKey(byte[] key) throws IOException {
        return answer(key, receiveFrame());
    }

    byte[] answer(byte[] key, byte[] question) throws IOException {
        byte[] message = java.util.Arrays.copyOfRange(question, 11, question.length);
        send(frame(join(ascii("{sha256}"), hmac("HmacSHA256", key, message))));
        return message;
    }

    /** The client's side of the handshake, as Python 3.12 does it. */
    public void clientHandshake(byte[] key) throws IOException {
        proveKey(key);
        require("#WELCOME#", receiveFrame());
        challenge();
    }

    /** The second half of the handshake. */
    void challenge() throws IOException {
        byte[] mine = join(ascii("{sha256}"), new byte[40]);
        send(frame(join(ascii("#CHALLENGE#"), mine)));
        require("{sha256}", java.util.Arrays.copyOf(receiveFrame(), 8));
        sendFrame("#WELCOME#");
    }

    /** The listener's side of the handshake. */
    void listenerHandshake(UnaryOperator<byte[]> hmac) throws IOException {
        send(frame(join(ascii("#CHALLENGE#{sha256}"), new byte[40])));
        require("{sha256}", java.util.Arrays.copyOf(receiveFrame(), 8));
        sendFrame("#WELCOME#");
        byte[] question = receiveFrame();
        byte[] message = java.util.Arrays.copyOfRange(question, 11, question.length);
        send(frame(join(ascii("{sha256}"), hmac.apply(message))));
        require("#WELCOME#", receiveFrame());
    }

    private static void require(String expected, byte[] actual) {
        if (!expected.equals(new String(actual, US_ASCII))) {
            throw new AssertionError("expected " + expected + ", got " + actual.length + " bytes");
        }
    }

    public void endSending() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** All that a client sends in a session of one message; the answer to the challenge has to be made anew. */
    static byte[] afterProof(byte[] message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            out.write(frame(join(ascii("#CHALLENGE#{sha256}"), new byte[40])));
            out.write(frame(ascii("#WELCOME#")));
            out.write(frame(message));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }
}
