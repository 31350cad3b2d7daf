using Call112.Demo.Replay;

namespace Call112.Demo.Tests;

/// <summary>The real file. Skipped, by name, where the data is absent.</summary>
public sealed class SanFranciscoTests
{
    private const string File = "sf-fire-calls-2020-04-07_04-20.csv";

    [Fact]
    public void The_file_of_two_weeks_is_6453_alerts_to_44_stations()
    {
        var file = Read();
        Assert.Equal((10_410, 0, 6_453), (file.Rows, file.RowsLeftOut, file.Alerts.Count));
        Assert.Equal(44, file.Alerts.Select(alert => alert.StationId).Distinct().Count());
        Assert.Equal(file.Alerts.OrderBy(alert => alert.DispatchedAt), file.Alerts);
    }

    [Fact]
    public void Every_call_type_of_the_file_has_a_category_of_its_own()
    {
        var unknown = Read().Alerts.Select(alert => alert.Incident.Nature).Distinct().Where(type => type is null || !CallTypes.IsKnown(type));
        Assert.Empty(unknown);
    }

    [Fact]
    public void Nearly_all_alerts_have_a_real_turnout()
    {
        var alerts = Read().Alerts;
        Assert.InRange(alerts.Count(alert => alert.TurnoutIsReal), alerts.Count * 95 / 100, alerts.Count);
        Assert.All(alerts, alert => Assert.True(alert.Turnout >= TimeSpan.Zero));
    }

    private static DispatchFile Read()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var path = Path.Combine(at.FullName, "shared", "data", "dispatch", File);
            if (System.IO.File.Exists(path))
                return DispatchFile.Read(path);
        }

        Assert.Skip($"the dispatch file {File} is not here (../shared/data/dispatch)");
        throw new InvalidOperationException("skipped");
    }
}
