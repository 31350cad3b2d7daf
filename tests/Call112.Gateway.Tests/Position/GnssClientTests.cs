using System.Collections.Concurrent;
using Call112.Gateway.Options;
using Call112.Gateway.Position;
using Call112.Gateway.Tests.World;
using Call112.Messages;
using Call112.Station;
using Microsoft.Extensions.Logging.Abstractions;

namespace Call112.Gateway.Tests.Position;

/// <summary>The client of gpsd against a gpsd that is restarted, loses its receiver, falls silent, babbles (issue 5; F15).</summary>
[Trait("Feature", "Gnss")]
public sealed class GnssClientTests : IAsyncDisposable
{
    private const string Fix = """{"class":"TPV","device":"/dev/a","mode":3,"time":"2026-11-24T12:00:01.000Z","lat":0.7346,"lon":124.3162,"eph":8.4}""";

    private readonly FakeGpsd _gpsd = new();
    private readonly TestClock _clock = new();
    private readonly ConcurrentQueue<StationInput> _posted = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly GnssClient _client;
    private readonly Task _running;

    public GnssClientTests()
    {
        var options = new GpsdOptions("127.0.0.1", _gpsd.Port, TimeSpan.FromSeconds(10));
        _client = new GnssClient(options, Post, _clock, new Random(112), NullLogger<GnssClient>.Instance);
        _running = _client.RunAsync(_stop.Token);
    }

    private string Links => string.Join(' ', _posted.OfType<StationInput.GnssLinked>().Select(input => input.Link));

    private int Fixes => _posted.OfType<StationInput.FixOffered>().Count();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _client.Dispose();
        _gpsd.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task It_asks_to_watch_and_offers_what_it_hears_with_the_satellites_of_the_same_receiver()
    {
        await _gpsd.ConnectedAsync();
        await _gpsd.SayAsync("""{"class":"VERSION","release":"3.25"}""", """{"class":"SKY","device":"/dev/a","uSat":9}""", Fix, Fix.Replace("/dev/a", "/dev/b"));
        await Wait.UntilAsync(() => Fixes == 2, "two fixes");
        // gpsd's half of the talk does not wait for it.
        await Wait.UntilAsync(() => _gpsd.Heard.Contains("?WATCH={\"enable\":true,\"json\":true};", StringComparison.Ordinal), "it asks to watch");
        Assert.Equal([9, null], _posted.OfType<StationInput.FixOffered>().Select(input => input.Fix.SatellitesUsed));
        Assert.Equal("Listening", Links);
    }

    [Fact]
    public async Task Garbage_is_counted_and_passed_over()
    {
        await _gpsd.ConnectedAsync();
        await _gpsd.SayAsync("$GPRMC,nonsense", Fix[..40], new string('x', 40_000), """{"class":"ERROR","message":"no"}""", """{"class":"NEW"}""", Fix);
        await Wait.UntilAsync(() => Fixes == 1, "the fix behind the garbage");
        Assert.Equal((4, 1), (_client.Garbage, _gpsd.Connections));
    }

    [Fact]
    public async Task A_gpsd_that_was_restarted_is_found_again()
    {
        await _gpsd.ConnectedAsync();
        await _gpsd.SayAsync(Fix);
        await Wait.UntilAsync(() => Fixes == 1, "a fix");
        _gpsd.Drop();
        await Wait.UntilAsync(() => Links == "Listening Unreachable", "the loss is told");
        await AdvanceUntilAsync(() => _gpsd.Connections == 2, atMostSeconds: 2);
        await _gpsd.SayAsync(Fix);
        await Wait.UntilAsync(() => Links == "Listening Unreachable Listening", "it listens again");
    }

    [Fact]
    public async Task A_gpsd_that_is_not_there_is_sought_for_ever_and_told_once()
    {
        await _gpsd.ConnectedAsync();
        _gpsd.Dispose();
        await Wait.UntilAsync(() => Links == "Unreachable", "the loss is told");
        await AdvanceUntilAsync(() => false, atMostSeconds: 120, stepSeconds: 5);
        Assert.DoesNotContain("Listening", Links, StringComparison.Ordinal);
        Assert.False(_running.IsCompleted);
    }

    [Fact]
    public async Task A_receiver_that_is_absent_or_has_gone_is_told_and_so_is_its_return()
    {
        await _gpsd.ConnectedAsync();
        await _gpsd.SayAsync("""{"class":"DEVICES","devices":[]}""");
        await Wait.UntilAsync(() => Links == "NoReceiver", "no receiver");
        await _gpsd.SayAsync("""{"class":"DEVICE","path":"/dev/a","activated":"2026-11-24T12:00:00.000Z"}""", Fix);
        await Wait.UntilAsync(() => Links == "NoReceiver Listening", "a receiver");
        await _gpsd.SayAsync("""{"class":"DEVICE","path":"/dev/a","activated":0}""");
        await Wait.UntilAsync(() => Links == "NoReceiver Listening NoReceiver", "it has gone");
        Assert.Contains("/dev/a", _posted.OfType<StationInput.GnssLinked>().Last().Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_receiver_is_told_after_ten_seconds_and_a_silent_gpsd_is_left_after_twenty()
    {
        await _gpsd.ConnectedAsync();
        await _gpsd.SayAsync(Fix);
        await Wait.UntilAsync(() => Fixes == 1, "a fix");
        await AdvanceUntilAsync(() => Links == "Listening Silent", atMostSeconds: 11);
        await Wait.UntilAsync(() => _gpsd.Heard.Contains("?DEVICES;", StringComparison.Ordinal), "gpsd is asked");
        // It answers: gpsd lives, and is kept.
        await _gpsd.SayAsync("""{"class":"DEVICES","devices":[{"path":"/dev/a"}]}""");
        await AdvanceUntilAsync(() => _gpsd.Heard.Split("?DEVICES;").Length > 2, atMostSeconds: 11);
        Assert.Equal(1, _gpsd.Connections);
        // It does not answer any more.
        await AdvanceUntilAsync(() => _gpsd.Connections == 2, atMostSeconds: 15);
        Assert.Equal("Listening Silent Unreachable", Links);
    }

    [Fact]
    public async Task A_gpsd_that_floods_is_cut_to_forty_fixes_a_second()
    {
        await _gpsd.ConnectedAsync();
        await _gpsd.SayAsync([.. Enumerable.Repeat(Fix, 1_000)]);
        await Wait.UntilAsync(() => Fixes + _client.Dropped == 1_000, "all were read");
        Assert.Equal(GnssClient.FixesPerSecondMax, Fixes);
    }

    [Fact]
    public async Task Telemetry_tells_the_receiver_at_once_when_its_state_changes_and_the_surveyed_position_wins()
    {
        await using var world = await StationWorld.StartAsync(new StationWorld.Setup(Change: options => options with
        {
            Station = options.Station with { Position = new PositionOptions { Surveyed = new GeoPoint(0.7350, 124.3162) } },
        }));
        var before = world.Sent(Topics.Telemetry(StationWorld.Id)).Count;
        await world.Station.PostAsync(new StationInput.GnssLinked(GnssLink.Listening, null));
        for (var second = 1; second <= 3; second++)
        {
            var fix = new Fix("/dev/a", 3, world.Clock.GetUtcNow(), 0.7346, 124.3162, 8.44, 0.1, 9);
            await world.Station.PostAsync(new StationInput.FixOffered(fix));
            await world.RunAsync(1);
        }

        Assert.InRange(world.Sent(Topics.Telemetry(StationWorld.Id)).Count, before + 2, before + 4);
        var telemetry = MessageReader.ReadTelemetry(world.Sent(Topics.Telemetry(StationWorld.Id))[^1].Payload).Value!;
        Assert.Equal((0.735, 124.3162, PositionSource.Surveyed), (telemetry.Latitude!.Value, telemetry.Longitude!.Value, telemetry.PositionSource!.Value));
        Assert.Equal((GnssState.Fixed, 0.7346, 3, 9, 8.4, 44.5), (
            telemetry.Gnss!.State, telemetry.Gnss.Latitude!.Value, telemetry.Gnss.Mode!.Value, telemetry.Gnss.SatellitesUsed!.Value,
            telemetry.Gnss.HorizontalErrorM!.Value, telemetry.Gnss.OffSurveyedM!.Value));
    }

    private ValueTask Post(StationInput input)
    {
        _posted.Enqueue(input);
        return ValueTask.CompletedTask;
    }

    private async Task AdvanceUntilAsync(Func<bool> condition, double atMostSeconds, double stepSeconds = 0.25)
    {
        for (var passed = 0.0; passed < atMostSeconds && !condition(); passed += stepSeconds)
        {
            _clock.Advance(TimeSpan.FromSeconds(stepSeconds));
            // Sockets answer in real time: give them a moment of it.
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        if (atMostSeconds < 100)
            await Wait.UntilAsync(condition, $"within {atMostSeconds} virtual s");
    }
}
