using System.Collections.Frozen;
using Call112.Messages;

namespace Call112.Demo.Replay;

/// <summary>What San Francisco's call types and priorities are in the contract's words.</summary>
internal static class CallTypes
{
    /// <summary>Every call type of the file. Technical help without fire (gas, current, lifts, spills) is Rescue, as at Damkar.</summary>
    private static readonly FrozenDictionary<string, Category> s_categories = new Dictionary<string, Category>
    {
        ["Medical Incident"] = Category.Medical,
        ["Alarms"] = Category.Fire,
        ["Structure Fire"] = Category.Fire,
        ["Outside Fire"] = Category.Fire,
        ["Vehicle Fire"] = Category.Fire,
        ["Smoke Investigation (Outside)"] = Category.Fire,
        ["Traffic Collision"] = Category.TrafficAccident,
        ["Water Rescue"] = Category.Rescue,
        ["Elevator / Escalator Rescue"] = Category.Rescue,
        ["Citizen Assist / Service Call"] = Category.Rescue,
        ["Gas Leak (Natural and LP Gases)"] = Category.Rescue,
        ["Electrical Hazard"] = Category.Rescue,
        ["Fuel Spill"] = Category.Rescue,
        ["Assist Police"] = Category.Security,
        ["Odor (Strange / Unknown)"] = Category.Other,
        ["Other"] = Category.Other,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static bool IsKnown(string callType) => s_categories.ContainsKey(callType);

    /// <summary>The category; Other for a type that is not known.</summary>
    public static Category CategoryOf(string callType) => s_categories.GetValueOrDefault(callType, Category.Other);

    /// <summary>
    /// The priority 1 to 5. Letters are the medical determinants (Echo the gravest, Alpha the lightest, I for information), 3 is "Code 3"
    /// (lights and siren), 2 "Code 2" (with the traffic), 1 the least of the numbers. Unknown: the contract's default.
    /// </summary>
    public static int PriorityOf(string code) => code switch
    {
        "E" => 1,
        "3" or "C" => 2,
        "B" or "2" => 3,
        "A" or "1" => 4,
        "I" => 5,
        _ => Incident.DefaultPriority,
    };
}
