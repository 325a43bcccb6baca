using ServerlessRosa.Core.Forms;

namespace ServerlessRosa.Core.Tests.Forms;

internal static class FormSamples
{
    /// <summary>The form of OR-176.</summary>
    public const string Vector = """
        <h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:orx="http://openrosa.org/xforms">
        <h:head><h:title>Media &amp; more</h:title><model>
        <instance><data id="media" orx:version="3"><pic>jr://images/start.png</pic><grp><deep>jr://images/deep.png</deep></grp><sp/>
        <orx:meta><orx:audit/><orx:instanceID/></orx:meta></data></instance>
        <instance id="people" src="jr://file-csv/people.csv"/>
        <instance id="geo" src="jr://file/sites.geojson"/>
        <instance id="last" src="jr://instance/last-saved"/>
        <instance id="nested" src="jr://file/dir/x.xml"/>
        <instance id="web" src="https://h/x.xml"/>
        <itext><translation lang="en">
        <text id="a"><value>A</value><value form="image">jr://images/a.png</value><value form="big-image">jr://images/a-big.png</value>
        <value form="audio">jr://audio/a.mp3</value><value form="markdown">jr://images/no.png</value></text>
        <text id="b"><value form="video">jr://video/b.mp4</value><value form="image">jr://images/a.png</value></text>
        </translation></itext>
        <bind nodeset="/data/pic" type="binary"/><bind nodeset="/data/sp" type="string"/>
        </model></h:head>
        <h:body><group><input ref="/data/sp" query="instance('itemsets')/root/item[a=1]"><label/></input></group>
        <select1 ref="/data/sp" appearance="minimal search('species')"><label/></select1>
        <select1 ref="/data/sp" appearance="search(&quot;trees.csv&quot;, 'matches', 'a', /data/sp)"><label/></select1>
        <select1 ref="/data/sp" appearance="search(/data/sp)"><label/></select1>
        <select1 ref="/data/sp" appearance="search(' padded')"><label/></select1></h:body></h:html>
        """;

    /// <summary>A form around the given pieces.</summary>
    public static byte[] Form(
        string instance = "<data id=\"f\"><a/><meta><instanceID/></meta></data>",
        string model = "",
        string body = "",
        string modelAttributes = ""
    ) =>
        Refusals.Utf8(
            $"""
            <h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:orx="http://openrosa.org/xforms"
                xmlns:entities="http://www.opendatakit.org/xforms/entities">
            <h:head><h:title>T</h:title><model {modelAttributes}><instance>{instance}</instance>{model}</model></h:head>
            <h:body>{body}</h:body></h:html>
            """
        );

    /// <summary>The media slots of a form, as `name:type`.</summary>
    public static string Slots(XForm form) => string.Join(' ', form.MediaSlots.Select(slot => $"{slot.Name}:{slot.Type}"));
}
