using Call112.Gateway.Options;
using Call112.Station;

namespace Call112.Gateway.Tests.Position;

/// <summary>
/// Recorded receivers, through a real gpsd and from gpsd's own expected output: what is believed is what gpsd told, and garbage, torture and
/// rolled-over dates never move a station (issue 5; F5, F15). Leaves its tables in <c>artifacts/gnss</c>. The logs are older than the build, so
/// each is judged twice: by this build, and by a build of the year that the log tells.
/// </summary>
[Trait("Feature", "Gnss")]
public sealed class GpsdLogTests(ITestOutputHelper output)
{
    /// <summary>Degrees: a tenth of a metre.</summary>
    private const double Tolerance = 1e-6;

    /// <summary>Real daemons at the same time.</summary>
    private const int AtOnce = 4;

    private static readonly int s_build = PositionOptionsBuilder.BuildYear;

    [Fact]
    public async Task What_gpsd_is_expected_to_say_of_the_recorded_logs_is_believed_by_the_rules()
    {
        var rows = new List<string> { GpsdLog.Head(s_build) };
        foreach (var log in GpsdLog.All())
        {
            var fixes = await log.ExpectedAsync();
            Assert.NotEmpty(fixes);
            Check(log, fixes, fixes);
            rows.Add(log.Row(fixes, s_build));
        }

        Tell("expected.md", rows);
    }

    [Fact]
    public async Task A_real_gpsd_that_plays_the_recorded_logs_never_makes_the_station_believe_what_it_did_not_say()
    {
        var logs = GpsdLog.All();
        Assert.SkipUnless(RealGpsd.IsInstalled, "gpsd is not installed (tests/install)");
        using var room = new SemaphoreSlim(AtOnce);
        var played = await Task.WhenAll(logs.Select(async log =>
        {
            await room.WaitAsync();
            try
            {
                return (Log: log, Fixes: await RealGpsd.PlayAsync(log), Expected: await log.ExpectedAsync());
            }
            finally
            {
                room.Release();
            }
        }));
        var rows = new List<string> { GpsdLog.Head(s_build) };
        foreach (var (log, fixes, expected) in played)
        {
            Assert.True(fixes.Count > 0, $"{log.Name}: gpsd said nothing");
            Check(log, fixes, expected);
            rows.Add(log.Row(fixes, s_build));
        }

        Tell("gpsd.md", rows);
    }

    /// <summary>The invariants of every log, whoever plays it.</summary>
    private static void Check(GpsdLog log, IReadOnlyList<Fix> fixes, IReadOnlyList<Fix> expected)
    {
        foreach (var build in (int[])[s_build, GpsdLog.YearOf(fixes) ?? s_build])
        {
            var (filter, believed) = GpsdLog.Judge(fixes, build);
            Assert.Equal(fixes.Count, filter.Believed + filter.Confirming + filter.Refused.Sum());
            foreach (var fix in believed)
            {
                Assert.True(expected.Any(told => IsSamePlace(told, fix)), $"{log.Name}: {fix} is nothing that gpsd tells of this log");
                Assert.InRange(fix.Time!.Value.UtcDateTime.Year, build, build + FixRules.YearSpan);
                Assert.True(fix is { Mode: >= 2, HorizontalErrorM: <= 50 } && fix.SpeedMps is null or <= 60, $"{log.Name}: {fix}");
            }

            // No log tells of a journey: whatever it is that is believed, it lies where the receiver was.
            foreach (var fix in believed)
                Assert.InRange(PointOf(believed[0]).DistanceTo(PointOf(fix)), 0, 20_000);
        }
    }

    private static bool IsSamePlace(Fix told, Fix fix) =>
        told.Mode >= 2 && Math.Abs((told.Latitude ?? 999) - fix.Latitude!.Value) <= Tolerance && Math.Abs((told.Longitude ?? 999) - fix.Longitude!.Value) <= Tolerance;

    private static GeoPoint PointOf(Fix fix) => new(fix.Latitude!.Value, fix.Longitude!.Value);

    private void Tell(string name, List<string> rows)
    {
        File.WriteAllLines(GpsdLog.Artifact(name), rows);
        output.WriteLine(string.Join('\n', rows));
    }
}
