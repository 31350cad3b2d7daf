using System.Net;
using System.Net.Sockets;
using Call112.Demo.City;
using Call112.Demo.Measure;
using Call112.Messages;
using Call112.Station;

namespace Call112.Demo.Tests;

public sealed class KotamobaguTests
{
    [Fact]
    public void The_city_has_its_fourteen_stations()
    {
        var stations = StationPlan.Kotamobagu();
        Assert.Equal(14, stations.Select(station => station.Id).Distinct().Count());
        Assert.Equal(5, stations.Count(station => station.Kind == StationKind.Puskesmas));
        Assert.Equal(Enum.GetValues<StationKind>().Length - 1, stations.Where(station => station.Kind != StationKind.Puskesmas).Select(station => station.Kind).Distinct().Count());
        Assert.All(stations, station => Assert.True(Topics.IsValidName(station.Id) && station.Groups.All(Topics.IsValidName), station.Id));
    }

    [Fact]
    public void A_position_is_whole_or_absent_and_in_the_city()
    {
        foreach (var station in StationPlan.Kotamobagu())
        {
            Assert.Equal(station.Latitude is null, station.Longitude is null);
            if (station.Latitude is { } latitude)
                Assert.True(latitude is > 0.648 and < 0.775 && station.Longitude is > 124.252 and < 124.380, station.Id);
        }
    }

    [Fact]
    public void Quantiles_are_measured_values_by_rank()
    {
        var quantiles = Quantiles.Of(Enumerable.Range(1, 1000).Select(i => (double)i));
        Assert.Equal(new Quantiles(500, 990, 999, 1000, 1000), quantiles);
        Assert.Equal(new Quantiles(7, 7, 7, 7, 1), Quantiles.Of([7.0]));
        Assert.Equal(new Quantiles(0, 0, 0, 0, 0), Quantiles.Of([]));
    }

    [Fact]
    public async Task A_silent_relay_passes_nothing_and_closes_nothing_until_it_speaks_again()
    {
        var deadline = TestContext.Current.CancellationToken;
        using var far = new TcpListener(IPAddress.Loopback, 0);
        far.Start();
        await using var relay = new SilentRelay("127.0.0.1", ((IPEndPoint)far.LocalEndpoint).Port);
        using var near = new TcpClient();
        await near.ConnectAsync(IPAddress.Loopback, relay.Port, deadline);
        using var accepted = await far.AcceptTcpClientAsync(deadline);
        var buffer = new byte[16];

        await near.GetStream().WriteAsync(new byte[] { 1 }, deadline);
        Assert.Equal(1, await accepted.GetStream().ReadAsync(buffer, deadline));

        relay.FallSilent();
        await near.GetStream().WriteAsync(new byte[] { 2, 3 }, deadline);
        var reading = accepted.GetStream().ReadAsync(buffer, deadline).AsTask();
        await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, deadline));
        Assert.False(reading.IsCompleted);

        relay.SpeakAgain();
        Assert.Equal(2, await reading.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, deadline));
        Assert.Equal(new byte[] { 2, 3 }, buffer[..2]);
    }
}
