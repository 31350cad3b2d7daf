using Call112.Center.Book;
using Call112.Messages.Sms;
using Call112.Simulation.Cellular;
using Call112.Simulation.Plan;
using Call112.Station;

namespace Call112.Simulation.City;

/// <content>Modems and texts: how they hang together, and what breaks about them.</content>
internal sealed partial class SimulatedCity
{
    /// <summary>A Pi that was asked to reboot is down after this, and its service is back after that.</summary>
    private static readonly TimeSpan s_downAfter = TimeSpan.FromSeconds(2), s_bootTakes = TimeSpan.FromSeconds(25);

    private void ConnectModem(StationNode station)
    {
        if (station.Modem is not { } modem)
            return;
        var way = station.Ways[^1];
        modem.CameUp += () =>
        {
            if (!way.Line.HasInterface)
                return;
            station.InterfaceCameUp(way.Interface!);
            CameUp?.Invoke(station, way);
        };
        station.SmsSent = (number, text) => SmsNet.ToCenter(station.Id, number, text);
        station.RebootAsked = () =>
        {
            var life = station.Life;
            Schedule.After(s_downAfter, () =>
            {
                if (station.Life != life)
                    return;
                NoteEnd(station);
                station.Die(powerCut: false, reboots: true);
                Schedule.After(s_bootTakes, () => Begin(station));
            });
        };
    }

    private void ConnectSms()
    {
        foreach (var station in Stations)
            if (station is { HasSms: true, Modem: { } modem })
                SmsNet.Join(station.Id, modem);
        Center.SmsGiven = send => SmsNet.ToStation(send.StationId, send.Message, send.Counter);
        // As the centre's HTTP interface: only the seal decides whose answer it is.
        SmsNet.Arrived = text =>
        {
            foreach (var station in Stations)
                if (station.HasSms && SmsText.TryReadAnswer(text, SmsNet.KeyOf(station.Id), out var answer, out _))
                    Center.Ask(new SmsAnswered(answer.StationId, answer.DispatchId, answer.Step));
        };
    }

    private void ToTheModem(Kind kind, StationNode station, TimeSpan over, Random dice)
    {
        switch (kind)
        {
            case Kind.ModemRenumbered:
                station.Modem!.Renumber();
                break;
            case Kind.SmsNoise:
                SmsNet.SetNoise(new SmsNoise(Rate(0.6), Rate(0.5), Rate(0.5), Rate(0.3)));
                Schedule.After(over, () => SmsNet.SetNoise(default));
                break;
            case Kind.SmsForged:
                SmsNet.Forge(station.Id);
                break;
            case Kind.SmsReplayed:
                SmsNet.Replay(station.Id);
                break;
            default:
                var trouble = kind switch
                {
                    Kind.ModemVanishes => ModemTrouble.Vanished,
                    Kind.ModemHangs => ModemTrouble.Hung,
                    Kind.ModemMute => ModemTrouble.Mute,
                    _ => ModemTrouble.NoNetwork,
                };
                // The rung that helps; a few helps nothing but time.
                var cure = (ModemRung)dice.Next(Enum.GetValues<ModemRung>().Length + 1);
                Schedule.After(over, station.Modem!.Fail(trouble, cure));
                break;
        }

        double Rate(double most) => dice.Next(2) == 0 ? 0 : most * dice.NextDouble();
    }
}
