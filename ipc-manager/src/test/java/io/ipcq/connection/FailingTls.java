// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.Key;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/** TLS in which an {@link Error} happens once when it is told to. */
final class FailingTls {

    enum Place {
        MAKING_AN_ENGINE,
        WORKING
    }

    private final AtomicReference<Place> armed = new AtomicReference<>();
    private final SSLContext context;

    FailingTls(SSLContext whole) {
        context = new SSLContext(new Spi(whole), whole.getProvider(), whole.getProtocol()) {};
    }

    SSLContext context() {
        return context;
    }

    void failOnceAt(Place place) {
        armed.set(place);
    }

    boolean hasFailed() {
        return armed.get() == null;
    }

    private void mayFail(Place place) {
        if (armed.compareAndSet(place, null)) {
            throw new OutOfMemoryError("of this test");
        }
    }

    private SSLEngine failing(SSLEngine engine) {
        mayFail(Place.MAKING_AN_ENGINE);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setAlgorithmConstraints(new Constraints());
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** They are asked within the tasks that an engine leaves to others. */
    private final class Constraints implements AlgorithmConstraints {

        private boolean permits() {
            if (Thread.currentThread().getName().equals("ipcq-handshake")) {
                mayFail(Place.WORKING);
            }
            return true;
        }

        @Override
        public boolean permits(Set<CryptoPrimitive> primitives, String algorithm, AlgorithmParameters parameters) {
            return permits();
        }

        @Override
        public boolean permits(Set<CryptoPrimitive> primitives, Key key) {
            return permits();
        }

        @Override
        public boolean permits(
                Set<CryptoPrimitive> primitives, String algorithm, Key key, AlgorithmParameters parameters) {
            return permits();
        }
    }

    private final class Spi extends SSLContextSpi {

        private final SSLContext whole;

        Spi(SSLContext whole) {
            this.whole = whole;
        }

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            return failing(whole.createSSLEngine());
        }

        @Override
        protected SSLEngine engineCreateSSLEngine(String host, int port) {
            return failing(whole.createSSLEngine(host, port));
        }

        @Override
        protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            return whole.getSocketFactory();
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            return whole.getServerSocketFactory();
        }

        @Override
        protected SSLSessionContext engineGetServerSessionContext() {
            return whole.getServerSessionContext();
        }

        @Override
        protected SSLSessionContext engineGetClientSessionContext() {
            return whole.getClientSessionContext();
        }
    }
}
