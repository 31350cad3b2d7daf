using Call112.Gateway.Options;
using Call112.Gateway.Time;
using Call112.Messages;

namespace Call112.Gateway.Messaging;

/// <summary>
/// Every way to the centre, each with a session of its own and all live at once: whatever comes first sounds, and the second copy is a duplicate
/// (F6).
/// Invariants: what happens on one never waits for the other; reports leave by one of them at a time (<see cref="ReportRoute"/>).
/// </summary>
public sealed class Uplinks : BackgroundService
{
    private readonly StationLoop _station;
    private readonly InterfaceWatch? _interfaces;
    private readonly IReadOnlyList<Uplink> _all;

    /// <param name="brokers">Makes the broker of one uplink.</param>
    /// <param name="jitter">Source of the back-off's jitter; seeded by the caller.</param>
    /// <param name="interfaces">Tells of interfaces that come up; without it an uplink sits out its back-off.</param>
    /// <param name="renewal">Renews the certificate that they share; nobody does when null.</param>
    public Uplinks(
        GatewayOptions options,
        StationLoop station,
        Func<UplinkOptions, IBroker> brokers,
        StationClock clock,
        Vitals vitals,
        Random jitter,
        ILogger<Uplinks> log,
        InterfaceWatch? interfaces = null,
        CertificateRenewal? renewal = null)
    {
        (_station, _interfaces) = (station, interfaces);
        var route = new ReportRoute(station, options.Station.Timing, clock);
        var turn = new CertificateTurn(clock);
        var place = new UplinkPlace(options, station, clock, vitals, route, turn, log, renewal);
        _all = [.. options.Uplinks.Select((uplink, i) => new Uplink(place, uplink, brokers(uplink), i == 0 ? jitter : new Random(jitter.Next())))];
        Subscribed = Task.WhenAny(_all.Select(uplink => uplink.Subscribed));
        route.Moved += () => Each(calls =>
        {
            calls.Reports.Set();
            calls.Telemetry.Set();
        });
        turn.Passed += name =>
        {
            foreach (var uplink in _all)
                if (uplink.Name != name)
                    uplink.Calls.Certificates.Set();
        };
        station.ReportsArrived += () => Each(calls => calls.Reports.Set());
        station.CommandGiven += command =>
        {
            if (command.Command == CommandKind.ReportNow)
                Each(calls =>
                {
                    (calls.SendAgain, calls.TellAgain) = (true, true);
                    calls.Reports.Set();
                    calls.Health.Set();
                    calls.Telemetry.Set();
                });
            else if (command.Command == CommandKind.RenewCertificate)
                renewal?.Ask();
        };
        if (renewal is not null)
            renewal.Ready += () => Each(calls => calls.Certificates.Set());
        vitals.Changed += () => Each(calls => calls.Health.Set());
        station.PositionChanged += () => Each(calls => calls.Telemetry.Set());
        station.Changed += () =>
        {
            foreach (var uplink in _all)
                uplink.Review();
            if (_all.Count > 1)
                route.Review();
        };
        if (vitals.Acceptance is { } acceptance)
            acceptance.Changed += () => Each(calls => calls.Health.Set());
        if (interfaces is not null)
            interfaces.CameUp += InterfaceCameUp;
    }

    /// <summary>Completes when the station has been subscribed by one uplink for the first time.</summary>
    public Task Subscribed { get; }

    public override void Dispose()
    {
        _interfaces?.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>An interface has come up: the uplinks that may use it try at once (F8). Any thread; returns at once.</summary>
    internal void InterfaceCameUp(string name)
    {
        foreach (var uplink in _all)
            if (uplink.Interface is null || uplink.Interface == name)
                uplink.Calls.Wake.Set();
    }

    /// <summary>The uplinks' life, in the caller's context.</summary>
    internal async Task RunAsync(CancellationToken stoppingToken)
    {
        try
        {
            await _station.Armed.WaitAsync(stoppingToken);
            _interfaces?.Start();
            await Task.WhenAll(_all.Select(uplink => uplink.RunAsync(stoppingToken)));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private void Each(Action<UplinkCalls> call)
    {
        foreach (var uplink in _all)
            call(uplink.Calls);
    }
}
