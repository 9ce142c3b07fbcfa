package io.autoscale.reactor.sns;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/**
 * Downloads signing certificates, bounded in time, size and number at once, and keeps the good ones. {@link #obtain} says
 * whose fault a failure is, which {@code SnsMessageManager} cannot; afterwards that one finds the certificate here, as its
 * HTTP client, and never touches the network itself.
 */
public final class CertificateClient implements SdkHttpClient {

    /** What a whole download may take, however slowly it drips: SNS waits 15 s for an answer. */
    private static final Duration DEADLINE = Duration.ofSeconds(6);
    /** After a failure of the host it is left alone this long, so that a burst of deliveries is answered at once. */
    private static final Duration REST = Duration.ofSeconds(5);
    /** SNS certificates are about 2 KiB. */
    private static final int LARGEST = 64 * 1024;
    /** SNS changes its certificate about once a year and region. */
    private static final int KEPT = 32;

    private static final int AT_ONCE = 4;
    /** Fewer in all than deliveries are handled at once: who asks for one after another holds up nobody else. */
    private static final int WAITING = 4;

    private final SdkHttpClient delegate;
    private final Clock clock;
    private final Duration deadline;
    private final ThreadPoolExecutor downloads;
    private final Map<URI, Download> underway = new ConcurrentHashMap<>();
    private final Map<String, Instant> resting = new ConcurrentHashMap<>();
    private final Map<URI, Certificate> kept = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<URI, Certificate> eldest) {
            return size() > KEPT;
        }
    });

    /** Downloads with the JVM's own TLS trust and proxy settings. */
    public CertificateClient(Clock clock) {
        this(network(), clock);
    }

    public CertificateClient(SdkHttpClient delegate, Clock clock) {
        this(delegate, clock, DEADLINE);
    }

    CertificateClient(SdkHttpClient delegate, Clock clock, Duration deadline) {
        this.delegate = delegate;
        this.clock = clock;
        this.deadline = deadline;
        this.downloads = new ThreadPoolExecutor(
                AT_ONCE, AT_ONCE, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), task -> {
                    Thread thread = new Thread(task, "sns-certificate");
                    thread.setDaemon(true);
                    return thread;
                });
        this.downloads.allowCoreThreadTimeOut(true);
    }

    /** Follows no redirect. */
    static SdkHttpClient network() {
        return UrlConnectionHttpClient.builder()
                .connectionTimeout(Duration.ofSeconds(2))
                .socketTimeout(Duration.ofSeconds(3))
                .build();
    }

    /**
     * Sees to it that the certificate is here.
     *
     * @throws CertificateException if there is none, or one that cannot be believed now
     * @throws Unverifiable if its host did not tell
     */
    void obtain(URI url) throws CertificateException, Unverifiable {
        Certificate certificate = kept.get(url);
        if (certificate == null) {
            certificate = Certificate.of(download(url));
        }
        certificate.checkValidity(clock.instant());
        kept.put(url, certificate);
    }

    /** Answers from what {@link #obtain} has brought. */
    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                Certificate certificate = kept.get(request.httpRequest().getUri());
                if (certificate == null) {
                    throw new IOException("The certificate was not obtained before.");
                }
                return HttpExecuteResponse.builder()
                        .response(SdkHttpResponse.builder().statusCode(200).build())
                        .responseBody(AbortableInputStream.create(new ByteArrayInputStream(certificate.pem())))
                        .build();
            }

            @Override
            public void abort() {
                // The answer is there at once.
            }
        };
    }

    @Override
    public String clientName() {
        return "Certificates";
    }

    @Override
    public void close() {
        downloads.shutdownNow();
        delegate.close();
    }

    private byte[] download(URI url) throws CertificateException, Unverifiable {
        String host = url.getHost();
        Instant until = resting.get(host);
        if (until != null && clock.instant().isBefore(until)) {
            throw new Unverifiable(host + " did not serve a certificate a moment ago");
        }
        Download download = join(url);
        Answer answer;
        try {
            answer = await(url, download);
        } catch (Unverifiable e) {
            resting.put(host, clock.instant().plus(REST));
            throw e;
        }
        if (answer.isOurLuck()) {
            resting.put(host, clock.instant().plus(REST));
            throw new Unverifiable(host + " answered " + answer.status() + " when asked for the certificate");
        }
        if (answer.status() != 200) {
            throw new CertificateException("its host answered " + answer.status() + " when asked for it");
        }
        if (answer.body().length > LARGEST) {
            throw new CertificateException("it is larger than " + LARGEST + " bytes");
        }
        return answer.body();
    }

    /** Takes part in the download of this certificate, which is begun unless it is under way. */
    private Download join(URI url) throws Unverifiable {
        try {
            return underway.computeIfAbsent(url, this::begin);
        } catch (RejectedExecutionException e) {
            throw new Unverifiable("too many certificates are being downloaded", e);
        }
    }

    private Answer await(URI url, Download download) throws Unverifiable {
        try {
            return download.answer().get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new Unverifiable(url.getHost() + " took too long to serve a certificate", e);
        } catch (ExecutionException | CancellationException e) {
            throw new Unverifiable(url.getHost() + " could not be asked for a certificate", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unverifiable("interrupted while downloading a certificate", e);
        } finally {
            underway.remove(url, download);
            download.end();
        }
    }

    private Download begin(URI url) {
        ExecutableHttpRequest request = delegate.prepareRequest(HttpExecuteRequest.builder()
                .request(SdkHttpRequest.builder()
                        .method(SdkHttpMethod.GET)
                        .uri(url)
                        .build())
                .build());
        Download download = new Download(request, new FutureTask<>(() -> Answer.of(request.call())));
        downloads.execute(download.answer());
        return download;
    }

    private record Download(ExecutableHttpRequest request, FutureTask<Answer> answer) {

        void end() {
            if (!answer.isDone()) {
                request.abort();
                answer.cancel(true);
            }
        }
    }

    private record Answer(int status, byte[] body) {

        static Answer of(HttpExecuteResponse response) throws IOException {
            int status = response.httpResponse().statusCode();
            try (AbortableInputStream in = response.responseBody().orElseGet(AbortableInputStream::createEmpty)) {
                return new Answer(status, status == 200 ? in.readNBytes(LARGEST + 1) : new byte[0]);
            }
        }

        /** Whether another attempt, later, may have another answer. */
        boolean isOurLuck() {
            return status >= 500 || status == 408 || status == 429;
        }
    }

    private record Certificate(byte[] pem, X509Certificate x509) {

        static Certificate of(byte[] pem) throws CertificateException {
            X509Certificate x509;
            try {
                x509 = (X509Certificate)
                        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
            } catch (CertificateException e) {
                throw new CertificateException("it is not a certificate", e);
            }
            if (!(x509.getPublicKey() instanceof RSAPublicKey)) {
                throw new CertificateException("its key is not an RSA key");
            }
            return new Certificate(pem, x509);
        }

        void checkValidity(Instant now) throws CertificateException {
            try {
                x509.checkValidity(Date.from(now));
            } catch (CertificateExpiredException e) {
                throw new CertificateException("it has expired", e);
            } catch (CertificateNotYetValidException e) {
                throw new CertificateException("it is not valid yet", e);
            }
        }
    }
}
