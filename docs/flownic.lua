-- SPDX-License-Identifier: GPL-2.0
--
-- For Wireshark: what flownic capture says of each frame, as fields that columns
-- and filters can have: flownic.verdict, .program, .id, .cycles, .fault, .target.
-- It stands in the comment of each frame: "drop, program fw id 7, 63 cycles".
--
-- wireshark -X lua_script:flownic.lua frames.pcapng, or put the file into the
-- directory that Help > About Wireshark > Folders calls "Personal Lua Plugins".

local flownic = Proto("flownic", "flownic, what the card decided")
local comment = Field.new("frame.comment")
local f = flownic.fields

f.verdict = ProtoField.string("flownic.verdict", "Verdict")
f.program = ProtoField.string("flownic.program", "Program")
f.id = ProtoField.uint32("flownic.id", "BPF id")
f.cycles = ProtoField.uint64("flownic.cycles", "Modelled cycles")
f.target = ProtoField.uint32("flownic.target", "Redirected to port")
f.fault = ProtoField.string("flownic.fault", "Why it was aborted")

function flownic.dissector(buffer, pinfo, root)
	for _, info in ipairs({ comment() }) do
		local text = tostring(info.value)
		local verdict = text:match("^(%a+)")
		local cycles = text:match(", (%d+) cycles$")

		if verdict and cycles then
			local tree = root:add(flownic)
			local program, id = text:match(", program (.-) id (%d+),")
			local target = text:match("^%a+ to port (%d+)")
			local fault = text:match("^[^,]-: (.-), program")

			tree:add(f.verdict, verdict)
			tree:add(f.cycles, UInt64(tonumber(cycles)))
			if program then
				tree:add(f.program, program)
				tree:add(f.id, tonumber(id))
			end
			if target then
				tree:add(f.target, tonumber(target))
			end
			if fault then
				tree:add(f.fault, fault)
			end
			tree:append_text(": " .. text)
		end
	end
end

register_postdissector(flownic)
