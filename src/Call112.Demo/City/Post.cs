using Call112.Demo.Measure;
using Call112.Gateway;
using Call112.Gateway.Board;
using Call112.Gateway.Options;
using Call112.Messages;
using Call112.Station;

namespace Call112.Demo.City;

/// <summary>One station of the demo: the real gateway on a simulated cabinet, the hands of its staff, and a witness who watches the relays.</summary>
internal sealed class Post : IAsyncDisposable
{
    /// <summary>How long a finger stays on a button: as the panel's own simulated press.</summary>
    public static readonly TimeSpan PressLength = TimeSpan.FromMilliseconds(150);

    private readonly GatewayHost _gateway;
    private readonly TimeProvider _time;

    public Post(StationPlan plan, UplinkOptions uplink, string folder, PanelListen? panel, SilentRelay? relay, TimeProvider time)
    {
        (Plan, Relay, _time) = (plan, relay, time);
        var station = new StationOptions { Id = plan.Id, Name = plan.Name, Kind = plan.Kind, Groups = plan.Groups };
        if (plan is { Latitude: { } latitude, Longitude: { } longitude })
            station = station with { Position = new PositionOptions { Surveyed = new GeoPoint(latitude, longitude) } };
        if (station.Validate() is { Count: > 0 } errors)
            throw new InvalidDataException($"station '{plan.Id}': {string.Join("; ", errors.Select(error => $"{error.Field} {error.Reason}"))}");
        Options = new GatewayOptions
        {
            Station = station,
            Uplink = relay is null ? uplink : uplink with { Host = "127.0.0.1", Port = relay.Port },
            JournalPath = Path.Combine(folder, $"{plan.Id}.db"),
            Panel = panel,
            TrustClock = true,
        };
        _gateway = GatewayHost.Create(Options, time);
        Board = (SimulatedBoard)_gateway.Board;
        Witness = new Witness(_gateway.Station, Board, station, time);
    }

    public StationPlan Plan { get; }

    public GatewayOptions Options { get; }

    public SimulatedBoard Board { get; }

    public Witness Witness { get; }

    /// <summary>The relay between this station and the broker, if it has one.</summary>
    public SilentRelay? Relay { get; }

    /// <summary>Address of the panel; null when there is none or its port was taken.</summary>
    public string? PanelAddress { get; private set; }

    public StationState State => _gateway.Station.State;

    /// <summary>Starts the station; returns when it is armed and subscribed, and its panel listens.</summary>
    public async Task StartAsync(TimeSpan within, CancellationToken cancel)
    {
        await _gateway.StartAsync(cancel);
        await _gateway.Station.Armed.WaitAsync(within, _time, cancel);
        await _gateway.Uplinks.Subscribed.WaitAsync(within, _time, cancel);
        if (_gateway.Panel is { } panel)
            PanelAddress = await panel.Settled.WaitAsync(within, _time, cancel);
    }

    /// <summary>Presses a hardware button and lets it go.</summary>
    public async Task PressAsync(Inputs button, CancellationToken cancel)
    {
        Witness.ButtonGoesDown();
        Board.Set(button, true);
        try
        {
            await Task.Delay(PressLength, _time, cancel);
        }
        finally
        {
            Board.Set(button, false);
        }
    }

    /// <summary>Touches a button of the panel.</summary>
    public ValueTask TouchAsync(PanelAction action, Guid dispatchId, DeclineReason? reason = null, Outcome? outcome = null) =>
        _gateway.Station.PostAsync(new StationInput.PanelTouched(action, dispatchId, reason, outcome));

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        if (Relay is not null)
            await Relay.DisposeAsync();
    }
}
