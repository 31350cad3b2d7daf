using System.Net.Sockets;
using Call112.Gateway.Options;
using Call112.Gateway.Time;
using Call112.Station;

namespace Call112.Gateway.Position;

/// <summary>
/// Listens to the local gpsd and posts what it hears: fixes, and how far the way to the receiver reaches. gpsd restarted, receiver gone,
/// garbage, silence: each ends as a named state, and the client goes on (F15).
/// Invariants: one line at a time and one post at a time, so gpsd can never fill the station's queue; at most <see cref="FixesPerSecondMax"/>
/// fixes each second are offered; a gpsd that does not answer within twice the silence is left and sought anew, with full jitter (F8).
/// Not its business: which fix is believed, what a position means, and any clock.
/// </summary>
public sealed class GnssClient : BackgroundService
{
    /// <summary>Fixes that are offered each second; more are dropped. A fast receiver tells 10 moments a second, each in one to three reports.</summary>
    public const int FixesPerSecondMax = 40;

    private static readonly TimeSpan s_connectWithin = TimeSpan.FromSeconds(5);
    private static readonly ReadOnlyMemory<byte> s_watch = "?WATCH={\"enable\":true,\"json\":true};\n"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> s_devices = "?DEVICES;\n"u8.ToArray();

    private readonly GpsdOptions _options;
    private readonly Func<StationInput, ValueTask> _post;
    private readonly TimeProvider _time;
    private readonly Random _jitter;
    private readonly ILogger<GnssClient> _log;
    private readonly Func<CancellationToken, ValueTask<Stream>> _connect;
    private readonly int _fixesPerSecond;
    private (GnssLink Link, string? Detail) _told;
    private BackOff _backOff;

    /// <param name="jitter">Source of the back-off's jitter; seeded by the caller.</param>
    public GnssClient(GpsdOptions options, StationLoop station, StationClock clock, Random jitter, ILogger<GnssClient> log)
        : this(options, station.PostAsync, clock.Time, jitter, log)
    {
    }

    /// <param name="post">Where inputs go; waits while the station has no room.</param>
    /// <param name="connect">The way to gpsd; TCP when null.</param>
    internal GnssClient(
        GpsdOptions options,
        Func<StationInput, ValueTask> post,
        TimeProvider time,
        Random jitter,
        ILogger<GnssClient> log,
        Func<CancellationToken, ValueTask<Stream>>? connect = null,
        int fixesPerSecond = FixesPerSecondMax)
    {
        (_options, _post, _time, _jitter, _log, _fixesPerSecond) = (options, post, time, jitter, log, fixesPerSecond);
        _connect = connect ?? ConnectAsync;
    }

    /// <summary>Lines that were no report of gpsd, or too long, in this run.</summary>
    public long Garbage { get; private set; }

    /// <summary>Fixes beyond <see cref="FixesPerSecondMax"/>, in this run.</summary>
    public long Dropped { get; private set; }

    /// <summary>Raised with gpsd's release when it says hello; a test and the doctor want to know.</summary>
    internal event Action<string>? Greeted;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>The client's life, in the caller's context.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var reason = await RunOnceAsync(stop);
                stop.ThrowIfCancellationRequested();
                await TellAsync(GnssLink.Unreachable, reason);
                (var wait, _backOff) = _backOff.Fail(_jitter.NextDouble());
                await Task.Delay(wait, _time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    /// <summary>One connection's life. Returns why it ended.</summary>
    private async Task<string> RunOnceAsync(CancellationToken stop)
    {
        try
        {
            using var late = new CancellationTokenSource(s_connectWithin, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
            Stream stream;
            try
            {
                stream = await _connect(either.Token);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                return $"no connection within {s_connectWithin.TotalSeconds} s";
            }

            await using (stream)
                return await ListenAsync(stream, stop);
        }
        catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
        {
            return e is SocketException or IOException ? e.Message : $"{e.GetType().Name}: {e.Message}";
        }
    }

    private async Task<string> ListenAsync(Stream stream, CancellationToken stop)
    {
        await stream.WriteAsync(s_watch, stop);
        var session = new Session(_time.GetTimestamp());
        var lines = new GpsdLines(stream);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task<GpsdLine?>? reading = null;
        try
        {
            while (true)
            {
                reading ??= lines.ReadAsync(ended.Token).AsTask();
                if (!await AnswersAsync(reading, stop))
                {
                    if (session.IsAsked)
                        return $"no answer within {2 * _options.Silence.TotalSeconds:0} s";
                    session.IsAsked = true;
                    await stream.WriteAsync(s_devices, stop);
                }
                else if (await reading is { } line)
                {
                    (reading, session.IsAsked) = (null, false);
                    await TakeAsync(session, line);
                }
                else
                    return "gpsd closed the connection";

                if (session.Link != GnssLink.NoReceiver && _time.GetElapsedTime(session.HeardAt) >= _options.Silence)
                    await LinkAsync(session, GnssLink.Silent, $"nothing from the receiver for {_options.Silence.TotalSeconds:0} s");
            }
        }
        finally
        {
            // Here and not on a thread of the pool: whoever turns this client by hand has one thread.
            ended.Cancel();
            // The stream must not be disposed under a read.
            if (reading is not null)
                await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>Whether a line came before the deadline. A read that is late goes on: a cancelled one could lose bytes.</summary>
    private async Task<bool> AnswersAsync(Task reading, CancellationToken stop)
    {
        try
        {
            await reading.WaitAsync(_options.Silence, _time, stop);
            return true;
        }
        catch (TimeoutException) when (!reading.IsFaulted)
        {
            return false;
        }
    }

    private async Task TakeAsync(Session session, GpsdLine line)
    {
        GpsdReport report = line.IsTooLong ? new GpsdReport.Garbage($"a line above {GpsdLines.LineMax} bytes") : GpsdReader.Read(line.Bytes);
        switch (report)
        {
            case GpsdReport.Position position:
                await HearAsync(session);
                await OfferAsync(session, position.Fix);
                break;
            case GpsdReport.Sky sky:
                await HearAsync(session);
                session.Sky = sky.SatellitesUsed is null ? session.Sky : (sky.Device, sky.SatellitesUsed);
                break;
            case GpsdReport.Receivers { Count: 0 }:
                await LinkAsync(session, GnssLink.NoReceiver, "gpsd has no receiver");
                break;
            case GpsdReport.Receivers when session.Link == GnssLink.NoReceiver:
                // One was plugged in: from now on it has to talk.
                (session.Link, session.HeardAt) = (GnssLink.Off, _time.GetTimestamp());
                break;
            case GpsdReport.Receiver { IsActive: false } device:
                await LinkAsync(session, GnssLink.NoReceiver, $"{device.Path} has gone");
                break;
            case GpsdReport.Version version:
                Greeted?.Invoke(version.Release);
                break;
            case GpsdReport.Error error:
                CountGarbage(session, $"gpsd refuses: {error.Message}");
                break;
            case GpsdReport.Garbage garbage:
                CountGarbage(session, garbage.Reason);
                break;
            case GpsdReport.Receivers or GpsdReport.Receiver or GpsdReport.Other:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(line), report, "a report without a rule");
        }
    }

    /// <summary>The receiver talks: proof of use, so the back-off begins anew.</summary>
    private async Task HearAsync(Session session)
    {
        _backOff = default;
        session.HeardAt = _time.GetTimestamp();
        await LinkAsync(session, GnssLink.Listening, null);
    }

    private async Task OfferAsync(Session session, Fix fix)
    {
        var now = _time.GetTimestamp();
        if (_time.GetElapsedTime(session.SecondBegan, now) >= TimeSpan.FromSeconds(1))
            (session.SecondBegan, session.InSecond) = (now, 0);
        if (++session.InSecond > _fixesPerSecond)
        {
            Dropped++;
            return;
        }

        await _post(new StationInput.FixOffered(fix with { SatellitesUsed = session.Sky.Device == fix.Device ? session.Sky.Used : null }));
    }

    private async Task LinkAsync(Session session, GnssLink link, string? detail)
    {
        session.Link = link;
        await TellAsync(link, detail);
    }

    private async Task TellAsync(GnssLink link, string? detail)
    {
        var isNew = _told.Link != link;
        if (!isNew && _told.Detail == detail)
            return;
        _told = (link, detail);
        // The reason of a failed attempt may change each second; the state is what a technician looks for.
        if (isNew)
            _log.Log(link == GnssLink.Listening ? LogLevel.Information : LogLevel.Warning, LogEvents.GnssLinked, "GNSS {Gpsd}: {Link}{Detail}", _options, link, detail is null ? "" : $", {detail}");
        await _post(new StationInput.GnssLinked(link, detail));
    }

    /// <summary>Logged once for each connection: a receiver on a bad line would fill the log (F3).</summary>
    private void CountGarbage(Session session, string reason)
    {
        Garbage++;
        if (session.HasToldGarbage)
            return;
        session.HasToldGarbage = true;
        _log.LogWarning(LogEvents.GnssGarbage, "GNSS {Gpsd}: {Reason}; passed over, as the next of this connection will be.", _options, reason);
    }

    private async ValueTask<Stream> ConnectAsync(CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(_options.Host, _options.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>What is known of one connection.</summary>
    private sealed class Session(long began)
    {
        public GnssLink Link { get; set; }

        /// <summary>When a receiver last said something, or the connection began.</summary>
        public long HeardAt { get; set; } = began;

        /// <summary>gpsd was asked for its receivers and has not answered.</summary>
        public bool IsAsked { get; set; }

        public (string? Device, int? Used) Sky { get; set; }

        public long SecondBegan { get; set; } = began;

        public int InSecond { get; set; }

        public bool HasToldGarbage { get; set; }
    }
}
