using System.Globalization;
using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>
/// A real rocker switch, recorded with nanosecond stamps (F12): each actuation of the file is one change of the contact, up to 105 ms of
/// bounce included, and the debouncer must see each exactly once at every phase of its 10 ms samples.
/// The recording is third-party data beside the project, in <c>../shared/data/bounce</c>; without it these tests are skipped.
/// </summary>
public class RecordedBounceTests
{
    private const long SampleNs = 10_000_000;
    private const long RestNs = 300_000_000;

    [Fact]
    public void Every_recorded_actuation_is_seen_exactly_once_at_every_phase()
    {
        var actuations = Recording("rocker-banggood1276758.csv");
        Assert.Equal(110, actuations.Count);
        var presses = actuations.Count(actuation => actuation[^1].Pin == 0);
        Assert.Equal(55, presses);

        foreach (var activeLevel in new[] { 0, 1 })
            for (var phase = 0L; phase < SampleNs; phase += 500_000)
            {
                var edges = Sample(actuations, phase, activeLevel);
                Assert.Equal((presses, presses), (edges.Count(edge => edge == Edge.Pressed), edges.Count(edge => edge == Edge.Released)));
            }
    }

    [Fact]
    public void Every_recorded_press_acknowledges_the_alert_that_waits_and_no_press_does_so_twice()
    {
        var actuations = Recording("rocker-banggood1276758.csv");
        var station = new StationDriver();
        station.Pass(0.1);
        foreach (var actuation in actuations)
        {
            var pressed = actuation[^1].Pin == 0;
            var alert = Call.Medical();
            station.Send(alert);
            var until = actuation[^1].Ns + RestNs;
            for (var t = 3_000_000L; t < until; t += SampleNs)
            {
                station.Held = LevelAt(actuation, t) == 0 ? Inputs.Acknowledge : Inputs.None;
                station.Pass(StationDriver.Step);
            }

            Assert.Equal(pressed, !station.Open(alert)!.Waits);
            station.Send(alert.Cancel());
        }

        Assert.Equal(55, station.Reports.Count(report => report.Event == ReportEvent.Acknowledged));
    }

    /// <summary>Switches that bounce for longer than the settling time are listed by their maker's recordings; a press of them must be held longer.</summary>
    [Fact]
    public void A_switch_that_bounces_as_long_as_recorded_is_still_one_press_when_its_bounce_has_gaps_below_the_settling_time()
    {
        var maxima = File.ReadAllLines(PathOf("switch-bounce-maxima.tsv")).Where(line => !line.StartsWith('#') && line.Length > 0).Select(line => line.Split('\t'))
            .Select(row => (Switch: row[0], Ms: double.Parse(row[3], CultureInfo.InvariantCulture))).ToList();
        Assert.NotEmpty(maxima);
        foreach (var (name, ms) in maxima)
            for (var seed = 1; seed <= 20; seed++)
                Assert.True(PressesOf(ms, new Random(seed)) == 1, $"{name}, {ms} ms, seed {seed}");
    }

    /// <summary>One press of 400 ms whose contact chatters at random for a while at both ends.</summary>
    private static int PressesOf(double bounceMs, Random random)
    {
        var timing = new StationTiming();
        var debouncer = default(Debouncer);
        var (presses, flipAt, level) = (0, 0d, false);
        var (press, release) = (200d, 200 + bounceMs + 400);
        for (var t = random.NextDouble() * 10; t < release + bounceMs + 400; t += 10)
        {
            var chatters = (t >= press && t < press + bounceMs) || (t >= release && t < release + bounceMs);
            if (!chatters)
                level = t >= press && t < release;
            else if (t >= flipAt)
            {
                level = !level;
                // No level holds for the settling time: what does is a press to any debouncer.
                flipAt = t + random.NextDouble() * (timing.Settle.TotalMilliseconds - 10);
            }

            (debouncer, var edge) = debouncer.Sample(level, TimeSpan.FromMilliseconds(t), timing.Settle, timing.Release);
            presses += edge == Edge.Pressed ? 1 : 0;
        }

        return presses;
    }

    private static List<Edge> Sample(List<List<(long Ns, int Pin)>> actuations, long phase, int activeLevel)
    {
        var timing = new StationTiming();
        var debouncer = default(Debouncer);
        var edges = new List<Edge>();
        // The contact rests at its first level, so that the first actuation is a change and not what was found at start.
        var start = RestNs;
        for (var t = phase; t < start; t += SampleNs)
            Take(actuations[0][0].Pin, t);
        var next = phase + ((start - phase + SampleNs - 1) / SampleNs * SampleNs);
        foreach (var actuation in actuations)
        {
            var end = start + actuation[^1].Ns + RestNs;
            for (; next < end; next += SampleNs)
                Take(LevelAt(actuation, next - start), next);
            start = end;
        }

        return edges;

        void Take(int pin, long ns)
        {
            (debouncer, var edge) = debouncer.Sample(pin == activeLevel, TimeSpan.FromTicks(ns / 100), timing.Settle, timing.Release);
            if (edge is Edge.Pressed or Edge.Released)
                edges.Add(edge);
        }
    }

    private static int LevelAt(List<(long Ns, int Pin)> actuation, long ns)
    {
        var pin = actuation[0].Pin;
        foreach (var change in actuation)
        {
            if (change.Ns > ns)
                break;
            pin = change.Pin;
        }

        return pin;
    }

    /// <summary>Actuations in order, each the changes of the pin since its first edge; the first line is the level before it.</summary>
    private static List<List<(long Ns, int Pin)>> Recording(string name) => [.. File.ReadLines(PathOf(name)).Skip(1).Select(line => line.Split(','))
        .GroupBy(fields => fields[0])
        .Select(group => group.Select(fields => (long.Parse(fields[1], CultureInfo.InvariantCulture), int.Parse(fields[2], CultureInfo.InvariantCulture))).ToList())];

    private static string PathOf(string name)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Call112.sln")))
            root = root.Parent;
        var path = Path.Combine(root?.FullName ?? ".", "..", "shared", "data", "bounce", name);
        Assert.SkipUnless(File.Exists(path), $"recorded bounce is not here: ../shared/data/bounce/{name}");
        return path;
    }
}
